import { fork } from 'node:child_process'
import { once } from 'node:events'

/** Seals in a process of its own, as a worker does; resolves with what stops it. */
export async function startSealer(databaseUrl: string): Promise<() => Promise<void>> {
  const child = fork(new URL('./sealing.ts', import.meta.url), [databaseUrl], {
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  await once(child, 'message')
  return async () => {
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }
}
