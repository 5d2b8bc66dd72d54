import { Worker } from 'node:worker_threads'

/** Between two looks at whether the worker is still there. */
const INTERVAL_MS = 500

/**
 * Ends this process when its worker has gone, whatever it is busy with. A process whose event loop turns is told
 * by its IPC channel at once; one that computes without a pause hears nothing, so that a thread of its own
 * looks after it: the kernel gives a process whose parent ended to another one.
 */
export function endWithWorker(workerPid: number): void {
  process.on('disconnect', () => process.exit(0))
  const watcher = new Worker(
    `const { workerData } = require('node:worker_threads')
     setInterval(() => {
       if (process.ppid !== workerData.pid) process.kill(process.pid, 'SIGKILL')
     }, workerData.intervalMs)`,
    {
      eval: true,
      workerData: { pid: workerPid, intervalMs: INTERVAL_MS },
      // Of V8 alone, in MiB: it holds a timer.
      resourceLimits: { maxOldGenerationSizeMb: 4, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
      env: {},
      execArgv: [],
    },
  )
  watcher.unref()
}
