// Renders Envoy's configuration into a folder, from the environment: `node envoy/main.ts FOLDER`. The contracts that
// its JSON interface reads are laid beside it, so that both are of one release.
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { descriptorsFile } from './methods.ts'
import { renderEnvoy } from './render.ts'
import { EnvoySettingsError, envoySettings } from './settings.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) fail('Say which folder to write to: node envoy/main.ts FOLDER')

try {
  const descriptors = join(folder, 'descriptors.binpb')
  const configuration = renderEnvoy({ ...envoySettings(process.env), descriptors })
  copyFileSync(descriptorsFile, descriptors)
  writeFileSync(join(folder, 'envoy.yaml'), configuration)
} catch (error) {
  if (error instanceof EnvoySettingsError) {
    fail(...error.message.split('\n').map((line) => `Envoy cannot be configured: ${line}`))
  }
  if (error instanceof Error && 'code' in error) fail(`Envoy cannot be configured: ${error.message}`)
  throw error
}

function fail(...lines: string[]): never {
  process.stderr.write(`${lines.join('\n')}\n`)
  process.exit(1)
}
