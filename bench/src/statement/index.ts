import {
  CreditServiceClient,
  ExportStatementRequest,
  GetBalanceHistoryRequest,
  ListBalancesRequest,
  ListStatementLinesRequest,
} from '@fairlead/proto/server/fairlead/credits/v1/credits'
import type { HttpBody } from '@fairlead/proto/server/google/api/httpbody'
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { type BackendSystem, startBackend } from '../backend-system/start-backend.ts'
import { median } from '../median.ts'
import type { BenchLine, BenchReport } from '../report.ts'
import { residentMb } from '../resident-mb.ts'
import { timed } from '../timed.ts'
import { type MadeAccount, makePostings } from './make-postings.ts'

const POSTINGS = 5_000_000
const FEW_POSTINGS = 5_000
const WARM_UP = 5
const ROUNDS = 40
const DAY_MS = 86_400_000

type Callback<Response> = (error: ServiceError | null, response: Response) => void

/**
 * What a page shows of an account with five million postings beside the same of one with five thousand, by gRPC from a
 * backend and a PostgreSQL in processes of their own; calls alternate. And a file of half a million lines.
 */
export async function run(): Promise<BenchReport> {
  await using started = new AsyncDisposableStack()
  const system = await startBackend(started)
  const [many, few] = await fill(system)
  const client = new CreditServiceClient(system.grpcAddress, credentials.createInsecure())
  started.defer(() => client.close())
  const metadata = new Metadata()
  metadata.set('authorization', system.authorization)
  const call =
    <Request, Response>(
      method: (request: Request, metadata: Metadata, callback: Callback<Response>) => unknown,
    ) =>
    (request: Request): Promise<Response> =>
      new Promise((resolve, reject) =>
        method.call(client, request, metadata, (error, response) =>
          error === null ? resolve(response) : reject(error),
        ),
      )
  const list = call(client.listStatementLines)
  const balances = call(client.listBalances)
  const history = call(client.getBalanceHistory)

  const middle = new Date(Date.now() - 180 * DAY_MS)
  const page = ({ parent }: MadeAccount, asked: Partial<ListStatementLinesRequest>) =>
    list(ListStatementLinesRequest.fromPartial({ parent, ...asked }))
  const shown: Record<string, (account: MadeAccount) => Promise<unknown>> = {
    'first page': (account) => page(account, {}),
    'first page of one class': (account) => page(account, { creditClass: account.creditClass }),
    'first page before a time': (account) => page(account, { endTime: middle }),
    'first page of one kind, 1 of 100 lines': (account) =>
      page(account, { kinds: ['TRANSACTION_KIND_JOB_HOLD'] }),
    'all lines of one kind, 10': (account) => page(account, { kinds: ['TRANSACTION_KIND_ISSUANCE'] }),
    'balance at a time': ({ parent }) => balances(ListBalancesRequest.fromPartial({ parent, time: middle })),
    'balance over time, 91 points': ({ parent, creditClass }) =>
      history(GetBalanceHistoryRequest.fromPartial({ parent, creditClass })),
  }
  const lines: BenchLine[] = []
  for (const [label, show] of Object.entries(shown)) lines.push(await compare(label, show, many, few))

  const download = (account: MadeAccount, startTime: Date) =>
    exported(
      client,
      metadata,
      ExportStatementRequest.fromPartial({
        parent: account.parent,
        format: 'EXPORT_FORMAT_CSV',
        startTime,
      }),
    )
  await download(few, new Date(0))
  const before = await residentMb(system.pid)
  // A tenth of a year.
  const file = await download(many, new Date(Date.now() - 36.5 * DAY_MS))
  const after = await residentMb(system.pid)
  return {
    name: 'statement',
    lines: [
      ...lines,
      {
        label: `a file of ${file.lines} lines, lines a second`,
        value: file.lines / file.seconds,
        unit: '/s',
      },
      {
        label: "the backend's memory after it, to before it",
        value: after,
        unit: 'MB',
        reference: before,
        ratio: after / before,
      },
    ],
  }
}

async function fill(system: BackendSystem): Promise<[MadeAccount, MadeAccount]> {
  const dataSource = await createDataSource(system.databaseUrl, { statementTimeoutMs: 0 }).initialize()
  try {
    // The few first: indices are made anew each time.
    const few = await makePostings(dataSource, 'few-postings', system.userId, FEW_POSTINGS)
    const many = await makePostings(dataSource, 'many-postings', system.userId, POSTINGS)
    // What autovacuum does in time to such tables.
    await dataSource.query('vacuum analyze credit_transactions, credit_postings, credit_accounts')
    return [many, few]
  } finally {
    await dataSource.destroy()
  }
}

/** Medians of calls that alternate. */
async function compare(
  label: string,
  show: (account: MadeAccount) => Promise<unknown>,
  many: MadeAccount,
  few: MadeAccount,
): Promise<BenchLine> {
  for (let round = 0; round < WARM_UP; round++) {
    await show(few)
    await show(many)
  }
  const [times, floors]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    floors.push(await timed(() => show(few)))
    times.push(await timed(() => show(many)))
  }
  const [value, reference] = [median(times), median(floors)]
  return { label, value, unit: 'ms', reference, ratio: value / reference, target: '<= 2' }
}

async function exported(client: CreditServiceClient, metadata: Metadata, request: ExportStatementRequest) {
  const begin = performance.now()
  let lines = 0
  const stream: AsyncIterable<HttpBody> = client.exportStatement(request, metadata)
  for await (const { data } of stream) {
    for (const byte of data) if (byte === 10) lines++
  }
  // Without the titles.
  return { lines: lines - 1, seconds: (performance.now() - begin) / 1000 }
}
