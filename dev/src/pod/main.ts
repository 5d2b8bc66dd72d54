import { parseArgs } from 'node:util'
import { keepRunning } from './keep-running.ts'

/**
 * What the containers of a development environment run: `node dev/src/pod/main.ts ENTRY --watch FOLDER...`. Skaffold
 * copies changed sources into the container; this runs the program anew with them.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { watch: { type: 'string', multiple: true, default: [] }, inspect: { type: 'string' } },
})
const [entry] = positionals
const inspectPort = values.inspect === undefined ? undefined : Number(values.inspect)
if (entry === undefined || (inspectPort !== undefined && !Number.isInteger(inspectPort))) {
  throw new Error('Usage: node dev/src/pod/main.ts ENTRY [--watch FOLDER]... [--inspect PORT]')
}

const stopping = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort())

await keepRunning({
  entry,
  watched: values.watch,
  inspectPort,
  stopping: stopping.signal,
  say: (msg) => console.log(JSON.stringify({ level: 30, time: Date.now(), name: 'pod', msg })),
})
