// The entry of `npm start` and its sisters. Runs on a fresh clone, before anything is installed: plain
// JavaScript, Node >= 20.19, no import from node_modules.

import { ensureDependencies } from './launch/dependencies.mjs'
import { explain } from './launch/explain.mjs'
import { checkPlatform } from './launch/platform.mjs'
import { Refusal } from './launch/refusal.mjs'
import { runPinned } from './launch/run-pinned.mjs'

/** Commands that print data on stdout: nothing else may be printed there. */
const quietCommands = new Set(['token', 'datasets', 'ledger'])
const entries = {
  start: ['dev/src/main.ts', 'start'],
  dev: ['dev/src/main.ts', 'dev'],
  test: ['dev/src/testing/main.ts'],
  token: ['dev/src/commands/token.ts'],
  datasets: ['dev/src/commands/datasets.ts'],
  ledger: ['dev/src/commands/ledger.ts'],
  secrets: ['dev/src/secrets/main.ts'],
  deploy: ['dev/src/deploy/main.ts'],
  images: ['dev/src/images/main.ts'],
  'validate-envoy': ['dev/src/commands/validate-envoy.ts'],
}

async function launch([command = 'explain', ...rest]) {
  if (command === 'explain') {
    process.stdout.write(explain())
    return 0
  }
  const entry = entries[command]
  if (entry === undefined) {
    throw new Refusal(`There is no command "${command}"; npm run explain lists them.`)
  }
  checkPlatform()
  await ensureDependencies({ quiet: quietCommands.has(command) })
  return runPinned([...entry, ...rest])
}

try {
  process.exitCode = await launch(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
