import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { envoySpec } from './children.ts'
import { openHome } from './home.ts'
import { choosePorts } from './ports.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-children-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function connectSources(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const home = openHome({ FAIRLEAD_HOME: folder })
  const ports = await choosePorts({ FAIRLEAD_PORT: '0' })
  envoySpec({
    binary: 'envoy',
    env,
    home,
    ports,
    outsideIssuer: undefined,
    listenIpv6: false,
    hotReload: false,
  })
  return /connect-src ([^;]+);/.exec(readFileSync(join(home.run, 'envoy.yaml'), 'utf8'))?.[1]
}

test.each([
  [{ FAIRLEAD_OBJECTS: 's3', S3_ENDPOINT: 'http://127.0.0.1:9000' }, "'self' http://127.0.0.1:9000"],
  [
    {
      FAIRLEAD_OBJECTS: 's3',
      S3_ENDPOINT: 'http://10.0.0.1:9000',
      FAIRLEAD_S3_PUBLIC_URL: 'https://store.example.org/objects',
    },
    "'self' https://store.example.org",
  ],
  [{ S3_ENDPOINT: 'http://127.0.0.1:9000' }, "'self'"],
])('pages may send uploads to the object store of %j, and nowhere else', async (env, sources) => {
  expect(await connectSources(env)).toBe(sources)
})
