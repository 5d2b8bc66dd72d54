import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { parseArgs, promisify } from 'node:util'
import { runCommand } from '../commands/run-command.ts'
import { Refusal } from '../refusal.ts'
import { inRepository, repository } from '../repository.ts'
import { type Command, chooseBuilder } from './builder.ts'
import { imageSize } from './image-size.ts'
import { type Image, images } from './images.ts'

const run = promisify(execFile)

/** `npm run images -- [--tag TAG] [NAME...]`: builds all images, or those, and prints how large each is. */
await runCommand(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { tag: { type: 'string' } } })
  const chosen = choose(positionals)
  const builder = chooseBuilder(process.env)
  const version = await ownVersion()
  const tag = values.tag ?? version
  const width = Math.max(...chosen.map(({ name }) => name.length + tag.length + 1))
  for (const { name, target } of chosen) {
    const reference = `${name}:${tag}`
    const started = performance.now()
    await show(builder.build({ reference, target, context: repository, version }))
    const seconds = ((performance.now() - started) / 1_000).toFixed(0)
    const size = await sizeOf(builder.size(reference))
    console.log(`${reference.padEnd(width)}  ${size.padStart(7)}  built by ${builder.name} in ${seconds} s`)
  }
  return 0
})

/** By the name of the image or of its target. */
function choose(names: readonly string[]): readonly Image[] {
  if (names.length === 0) return images
  return names.map((name) => {
    const image = images.find((one) => one.name === name || one.target === name)
    if (image !== undefined) return image
    const known = images.map(({ target }) => target).join(', ')
    throw new Refusal(`There is no image "${name}"; there are ${known}.`)
  })
}

async function ownVersion(): Promise<string> {
  const manifest: { version: string } = JSON.parse(await readFile(inRepository('package.json'), 'utf8'))
  return manifest.version
}

/** What it says goes to the terminal: a build takes minutes the first time. */
async function show([program, ...args]: Command): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  const [code, signal] = await once(child, 'close')
  if (code !== 0) throw new Refusal(`${program} ${args.join(' ')} ended with ${code ?? signal}.`)
}

async function sizeOf([program, ...args]: Command): Promise<string> {
  const { stdout } = await run(program, args)
  const bytes = imageSize(stdout)
  return bytes === undefined ? stdout.trim() : `${(bytes / 1e6).toFixed(0)} MB`
}
