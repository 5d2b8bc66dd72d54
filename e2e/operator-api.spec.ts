import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from './support/fairlead-test.ts'

/* What compute-to-data clients are told where no containers run: the rest is in cluster/workflows. */

const run = promisify(execFile)
const signer = join(import.meta.dirname, '../dev/src/commands/sign-operator-request.ts')
const owner = '0xC41808BBef371AD5CFc76466dDF9dEe228d2BdAA'
/** Nobody's. */
const STRANGER = '46'.repeat(32)

interface Answer {
  readonly status: number
  readonly json: unknown
}

async function curl(address: string, ...more: string[]): Promise<Answer> {
  const { stdout } = await run('curl', ['-sS', '-w', '\n%{http_code}', ...more, address])
  const at = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(at + 1)), json: JSON.parse(stdout.slice(0, at)) }
}

const sign = async (...given: string[]) => (await run('node', [signer, STRANGER, ...given])).stdout.trim()

test('a provider that is not listed is refused, with the account that signed', async ({ system }) => {
  const operator = `${system.url}/api/v1/operator`
  const signed = await sign(owner)
  const refused = {
    status: 401,
    json: { error: expect.stringContaining('0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f') },
  }
  expect(await curl(`${operator}/compute?owner=${owner}&agreementId=1&${signed}`, '-X', 'PUT')).toEqual(
    refused,
  )
  expect(await curl(`${operator}/runningjobs?owner=${owner}&${signed}`)).toEqual(refused)
  const { nonce, providerSignature } = Object.fromEntries(new URLSearchParams(signed))
  const workflow = { stages: [{ input: [], algorithm: { id: 'measure@1' } }] }
  const start = { workflow, agreementId: '1', owner, environment: 'small', nonce, providerSignature }
  expect(await curl(`${operator}/compute`, '-X', 'POST', '-d', JSON.stringify(start))).toEqual(refused)
})

test('what is no request, no signature and no job is told apart', async ({ system }) => {
  const operator = `${system.url}/api/v1/operator`
  const compute = `${operator}/compute?owner=${owner}&agreementId=1`
  expect(await curl(compute)).toEqual({ status: 200, json: [] })
  expect(await curl(`${operator}/compute?owner=${owner}`)).toMatchObject({ status: 400 })
  expect(await curl(compute, '-X', 'PUT')).toEqual({
    status: 400,
    json: { error: '"providerSignature" is required.' },
  })
  const unsigned = `${compute}&nonce=${Date.now()}&providerSignature=0x00`
  expect(await curl(unsigned, '-X', 'DELETE')).toMatchObject({
    status: 401,
    json: { error: expect.stringContaining('is no signature') },
  })
  expect(await curl(`${operator}/compute`, '-X', 'POST', '-d', '{')).toEqual({
    status: 400,
    json: { error: 'The body is not JSON.' },
  })
  expect(await curl(`${operator}/nothing`)).toMatchObject({ status: 404 })
  // The interface beside it still has its prefix.
  expect(await curl(`${system.url}/api/v1/users/me`)).toMatchObject({ status: 401 })
})

test('environments are listed for a client of any chain', async ({ system }) => {
  const { status, json } = await curl(`${system.url}/api/v1/operator/environments?chainId=1`)
  expect(status).toBe(200)
  expect(json).toEqual([])
})
