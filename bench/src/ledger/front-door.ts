import { randomUUID } from 'node:crypto'
import {
  ListDeclarationsResponse,
  ProposeTransferRequest,
  TransferServiceService,
} from '@fairlead/proto/server/fairlead/credits/v1/transfers'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { postAll } from '../../../backend/src/modules/credits/ledger/index.ts'
import { runEnvoy } from '../../../dev/src/testing/envoy.ts'
import { type BackendSystem, startBackend } from '../backend-system/start-backend.ts'
import { WebLoad } from '../grpc/web-load.ts'

const { listDeclarations, proposeTransfer } = TransferServiceService

/**
 * Proposals to sell a second, by one treasurer through Envoy as gRPC-web: each checks the caller, and writes a transfer
 * with its signatures, a hold of the ledger, and events. Its PostgreSQL is without durability.
 */
export async function proposalRates(clients: number, rounds: number, seconds: number): Promise<number[]> {
  await using started = new AsyncDisposableStack()
  const backend = await startBackend(started)
  await addTrade(backend)
  const [host = '', grpcPort] = backend.grpcAddress.split(':')
  const unused = { host, port: Number(backend.httpAddress.split(':')[1]) }
  const envoy = await runEnvoy({
    backendGrpc: { host, port: Number(grpcPort) },
    backendHttp: unused,
    frontend: unused,
  })
  started.defer(() => envoy.stop())
  const loadOf = (method: string, message: Uint8Array, connections: number) => {
    const token = backend.authorization.replace('Bearer ', '')
    const load = new WebLoad({ origin: envoy.url, method, message, token }, connections)
    started.defer(() => load.close())
    return load
  }
  const listed = await loadOf(listDeclarations.path, new Uint8Array(), 1).once()
  const { declarations } = ListDeclarationsResponse.decode(listed)
  const request = ProposeTransferRequest.fromPartial({
    parent: backend.parent,
    partner: 'organizations/partner',
    direction: 'TRANSFER_DIRECTION_SELL',
    creditClass: 'creditClasses/bench',
    amount: 1n,
    category: 'TRADE_CATEGORY_GIFT',
    declarations: declarations.map(({ name }) => name),
  })
  const proposals = loadOf(proposeTransfer.path, ProposeTransferRequest.encode(request).finish(), clients)
  await proposals.rate(seconds * 1000)
  const rates: number[] = []
  for (let round = 0; round < rounds; round++) rates.push(await proposals.rate(seconds * 1000))
  return rates
}

/** Credits for the bench's organisation, another one, and the member as its treasurer. */
async function addTrade({ databaseUrl, organizationId, userId }: BackendSystem): Promise<void> {
  const dataSource = await createDataSource(databaseUrl).initialize()
  try {
    const classId = randomUUID()
    await dataSource.query(
      `insert into credit_classes (id, code, display_name, unit, decimals) values ($1, 'bench', 'Bench', 'credit', 2)`,
      [classId],
    )
    await dataSource.query(
      `insert into organizations (id, slug, display_name, kind) values ($1, 'partner', 'Partner', 'MEMBER')`,
      [randomUUID()],
    )
    await dataSource.query(`update memberships set role = 'TREASURER' where user_id = $1`, [userId])
    await dataSource.query(
      `update api_tokens set scopes = '{credits.read,credits.trade}' where user_id = $1`,
      [userId],
    )
    await postAll(dataSource, [
      {
        kind: 'ISSUANCE',
        classId,
        postings: [
          { account: { kind: 'ISSUANCE', classId }, amount: -1_000_000_000n },
          { account: { kind: 'AVAILABLE', organizationId, classId }, amount: 1_000_000_000n },
        ],
        description: 'Issued',
      },
    ])
  } finally {
    await dataSource.destroy()
  }
}
