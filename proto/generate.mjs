// Regenerates proto/gen from the contracts: server and web TypeScript, the descriptor set that Envoy's
// transcoder, reflection, access and validation read, and the OpenAPI document.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import yaml from 'yaml'

const here = dirname(fileURLToPath(import.meta.url))
const bin = join(here, '../node_modules/.bin')
// protoc-gen-openapi is a Go program; its version is pinned here because no package manifest can hold it.
const OPENAPI_PLUGIN = 'github.com/google/gnostic/cmd/protoc-gen-openapi@v0.7.1'
const toolDir = process.env.FAIRLEAD_TOOLS ?? join(homedir(), '.cache/fairlead-tools')
const env = { ...process.env, PATH: [bin, toolDir, process.env.PATH].join(delimiter) }
const run = (command, args) => execFileSync(command, args, { cwd: here, env, stdio: 'inherit' })

if (!existsSync(join(toolDir, 'protoc-gen-openapi'))) {
  try {
    execFileSync('go', ['install', OPENAPI_PLUGIN], { env: { ...env, GOBIN: toolDir }, stdio: 'inherit' })
  } catch (cause) {
    throw new Error('npm run generate needs Go >= 1.23 on PATH, for the OpenAPI generator', { cause })
  }
}
rmSync(join(here, 'gen'), { recursive: true, force: true })
run('buf', ['generate'])
for (const side of ['server', 'web']) {
  // Contracts of options, of plugins and of others: read from the descriptors at run time, not as messages.
  for (const path of [
    'buf',
    'google/api/annotations.ts',
    'google/api/http.ts',
    // Its code comes with grpc-health-check; reflection reads the descriptors.
    'grpc',
    'google/protobuf/descriptor.ts',
  ]) {
    rmSync(join(here, 'gen', side, path), { recursive: true, force: true })
  }
}
run('buf', ['build', '-o', 'gen/descriptors.binpb'])
run('buf', ['generate', '--template', 'buf.gen.openapi.yaml', '--path', 'fairlead'])
const source = join(here, 'gen/openapi.yaml')
const openapi = completed(yaml.parse(readFileSync(source, 'utf8')))
writeFileSync(join(here, 'gen/openapi.json'), `${JSON.stringify(openapi, null, 2)}\n`)
rmSync(source)

/** What the plugin cannot know: how to authenticate, and that "users/me" is a fixed segment. */
function completed(document) {
  const paths = Object.entries(document.paths).map(([path, item]) => {
    if (!path.startsWith('/api/v1/users/{user}/')) return [path, item]
    for (const operation of Object.values(item)) {
      operation.parameters = operation.parameters.filter(({ name }) => name !== 'user')
    }
    return [path.replace('{user}', 'me'), item]
  })
  return {
    ...document,
    info: {
      title: 'Fairlead',
      version: 'v1',
      description:
        'The JSON form of the API. Its methods, messages and limits are those of the gRPC services.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    paths: Object.fromEntries(paths),
    components: {
      ...document.components,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An access token of the OpenID Connect issuer, or an API token (flt_...).',
        },
      },
    },
  }
}
