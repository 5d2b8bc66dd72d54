import { runCommand } from '../commands/run-command.ts'
import { inRepository } from '../repository.ts'
import { environmentNamed } from './environment.ts'
import { writeSecrets } from './write-secrets.ts'

/** `npm run secrets -- dev`: the secrets of one environment, random, for this machine alone. */
await runCommand(async () => {
  const environment = environmentNamed(inRepository('k8s', 'overlays'), process.argv[2])
  const { written, completed, kept } = writeSecrets(environment)
  for (const file of kept) console.log(`kept       ${file}`)
  for (const file of completed) console.log(`completed  ${file}`)
  for (const file of written) console.log(`written    ${file}`)
  return 0
})
