import { setTimeout } from 'node:timers/promises'
import { type RunningFairlead, startFairlead } from '@fairlead/dev/start'
import { Pool } from 'undici'
import { median } from '../median.ts'
import type { BenchReport } from '../report.ts'

const ORGANIZATION = 'survey-institute'
/** float32. */
const DATASET = 'microwave-sky'
const SIDE_PX = 512
const CONNECTIONS = 8
const ROUNDS = 7
const WARM_UP_MS = 3_000
const ROUND_MS = 2_000

/**
 * Cutouts of 512 x 512 float32 pixels by SODA's {sync}, through Envoy; beside it, the very same bytes as a stored
 * file through the same Envoy. Rounds alternate, so that what else the machine does falls on both.
 */
export async function run(): Promise<BenchReport> {
  const fairlead = await startFairlead()
  try {
    return await measure(fairlead)
  } finally {
    await fairlead.stop()
  }
}

async function measure(fairlead: RunningFairlead): Promise<BenchReport> {
  const client = await openClient(fairlead)
  try {
    const circle = await circleOfSide(client)
    const sync = `/soda/sync?${new URLSearchParams({ ID: DATASET, CIRCLE: circle })}`
    const stored = await storedCutout(client, circle)
    const bytes = await client.fetchBytes(sync)
    if (!bytes.equals(await client.fetchBytes(stored))) throw new Error('the two do not serve the same bytes')

    await client.rate(sync, WARM_UP_MS)
    await client.rate(stored, WARM_UP_MS)
    const cutRates: number[] = []
    const fileRates: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      cutRates.push(await client.rate(sync, ROUND_MS))
      fileRates.push(await client.rate(stored, ROUND_MS))
    }
    const value = median(cutRates)
    const reference = median(fileRates)
    const begin = performance.now()
    for (let one = 0; one < 20; one++) await client.fetchBytes(sync)
    const alone = (performance.now() - begin) / 20
    return {
      name: 'soda',
      lines: [
        {
          label: `sync cutouts of ${(bytes.length / 1024 ** 2).toFixed(2)} MiB through Envoy, ${CONNECTIONS} at once`,
          value,
          unit: 'req/s',
          reference,
          ratio: value / reference,
          target: '>= 0.5',
        },
        { label: 'one at a time', value: alone, unit: 'ms' },
      ],
    }
  } finally {
    await client.close()
  }
}

interface Client {
  json(path: string): Promise<unknown>
  /** Path and query of where a 303 sends the client. */
  redirect(method: 'GET' | 'POST', path: string, form?: Readonly<Record<string, string>>): Promise<string>
  fetchBytes(path: string): Promise<Buffer>
  /** Answers per second, read whole, with as many under way as there are connections. */
  rate(path: string, durationMs: number): Promise<number>
  close(): Promise<void>
}

async function openClient(fairlead: RunningFairlead): Promise<Client> {
  const headers = { authorization: `Bearer ${await fairlead.token('alice')}` }
  const pool = new Pool(fairlead.url, { connections: CONNECTIONS, pipelining: 1 })
  const get = async (path: string) => {
    const answer = await pool.request({ path, method: 'GET', headers })
    if (answer.statusCode === 200) return answer.body
    throw new Error(`${path} answered ${answer.statusCode}: ${await answer.body.text()}`)
  }
  return {
    json: async (path) => (await get(path)).json(),
    async redirect(method, path, form) {
      const body = form && new URLSearchParams(form).toString()
      const type = form && { 'content-type': 'application/x-www-form-urlencoded' }
      const answer = await pool.request({
        path,
        method,
        headers: { ...headers, ...type },
        body: body ?? null,
      })
      const text = await answer.body.text()
      if (answer.statusCode !== 303) throw new Error(`${path} answered ${answer.statusCode}: ${text}`)
      const { pathname, search } = new URL(String(answer.headers['location']), fairlead.url)
      return pathname + search
    },
    fetchBytes: async (path) => Buffer.from(await (await get(path)).arrayBuffer()),
    async rate(path, durationMs) {
      const begin = performance.now()
      let answered = 0
      const caller = async () => {
        while (performance.now() < begin + durationMs) {
          await (await get(path)).dump({ limit: Number.MAX_SAFE_INTEGER })
          answered++
        }
      }
      await Promise.all(Array.from({ length: CONNECTIONS }, caller))
      return answered / ((performance.now() - begin) / 1000)
    },
    close: () => pool.close(),
  }
}

/** In the middle of the image, as wide as the side. */
async function circleOfSide(client: Client): Promise<string> {
  const dataset = (await client.json(`/api/v1/organizations/${ORGANIZATION}/datasets/${DATASET}`)) as {
    coverage: { center: { raDeg: number; decDeg: number }; pixelScaleDeg: number }
  }
  const { center, pixelScaleDeg } = dataset.coverage
  return `${center.raDeg} ${center.decDeg} ${(SIDE_PX / 2 - 0.5) * pixelScaleDeg}`
}

/** The same cutout as a job's result: the signed path to its file. */
async function storedCutout(client: Client, circle: string): Promise<string> {
  const job = await client.redirect('POST', '/soda/async', { ID: DATASET, CIRCLE: circle, PHASE: 'RUN' })
  const deadline = performance.now() + 60_000
  for (;;) {
    const text = (await client.fetchBytes(`${job}?WAIT=10`)).toString()
    if (text.includes('>COMPLETED<')) break
    if (text.includes('>ERROR<') || performance.now() > deadline) throw new Error(`the job failed: ${text}`)
    await setTimeout(50)
  }
  const results = (await client.fetchBytes(`${job}/results`)).toString()
  const file = /id="([^"]+\.fits)"/.exec(results)?.[1]
  if (file === undefined) throw new Error(`the job made no FITS file: ${results}`)
  return client.redirect('GET', `${job}/results/${file}`)
}
