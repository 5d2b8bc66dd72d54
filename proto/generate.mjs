// Regenerates proto/gen from the contracts: server and web TypeScript, the descriptor set that Envoy's
// transcoder, reflection, access and validation read, and the OpenAPI document.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

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
  // Contracts of options and of plugins: read from the descriptors at run time, not as messages.
  for (const path of [
    'buf',
    'google/api',
    'google/protobuf/descriptor.ts',
    'google/protobuf/field_mask.ts',
  ]) {
    rmSync(join(here, 'gen', side, path), { recursive: true, force: true })
  }
}
run('buf', ['build', '-o', 'gen/descriptors.binpb'])
run('buf', ['generate', '--template', 'buf.gen.openapi.yaml', '--path', 'fairlead'])
const document = join(here, 'gen/openapi.json')
const yaml = await import('yaml')
const source = join(here, 'gen/openapi.yaml')
writeFileSync(document, `${JSON.stringify(yaml.parse(readFileSync(source, 'utf8')), null, 2)}\n`)
rmSync(source)
