import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Manifest } from './manifest.ts'
import { output, run } from './program.ts'
import { format } from './render.ts'

const VERSION = 'v0.8.0'
const tools = process.env['FAIRLEAD_TOOLS'] ?? join(homedir(), '.cache', 'fairlead-tools')
const program = join(tools, `kubeconform-${VERSION}`, 'kubeconform')

/** Builds it when it is not there; the go command checks its source against the checksum database. */
export async function installKubeconform(): Promise<void> {
  if (existsSync(program)) return
  const folder = join(program, '..')
  await mkdir(folder, { recursive: true })
  await output([
    'env',
    `GOBIN=${folder}`,
    'go',
    'install',
    `github.com/yannh/kubeconform/cmd/kubeconform@${VERSION}`,
  ])
}

/** What is wrong, a line for each object; a kind without a schema is wrong too. */
export async function invalidities(
  schemaLocation: string,
  manifests: readonly Manifest[],
): Promise<readonly string[]> {
  const { stdout, stderr } = await run(
    [program, '-strict', '-output', 'json', '-schema-location', schemaLocation, '-'],
    format(manifests),
  )
  if (stdout === '') throw new Error(`kubeconform said nothing: ${stderr}`)
  const { resources } = JSON.parse(stdout) as {
    readonly resources: readonly { kind: string; name: string; msg: string }[] | null
  }
  return (resources ?? []).map(({ kind, name, msg }) => `${kind}/${name}: ${msg}`)
}
