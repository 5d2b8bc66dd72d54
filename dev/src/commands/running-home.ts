import { join } from 'node:path'
import { Refusal } from '../refusal.ts'
import { type Home, homeFolder, openHome } from '../supervisor/home.ts'
import { identify } from '../supervisor/processes.ts'
import { type RunInfo, readRunInfo } from '../supervisor/run-file.ts'

/** The Fairlead that runs on FAIRLEAD_HOME. */
export function runningHome(env: NodeJS.ProcessEnv): { home: Home; run: RunInfo } {
  const folder = homeFolder(env)
  const run = readRunInfo(join(folder, 'run.json'))
  if (run === undefined || identify(run.pid) === undefined) {
    throw new Refusal(
      `Fairlead is not running on ${folder}; start it with npm start, or set FAIRLEAD_HOME to where it runs.`,
    )
  }
  return { home: openHome(env), run }
}
