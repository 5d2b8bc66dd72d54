// Searches a task's fixes as the task's process does, and tells what memory that took.
import type { TaskReport } from '../../../jobs/index.ts'
import type { ConnectionsPayload } from '../connections-payload.ts'
import { runConnections } from '../run-connections.ts'

const { inputFolder, folder, payload } = JSON.parse(process.argv[2] ?? '{}') as {
  inputFolder: string
  folder: string
  payload: ConnectionsPayload
}
const report: TaskReport = {
  inputFolder,
  folder,
  progress: () => undefined,
  log: () => undefined,
  openDataset: () => Promise.reject(new Error('connections have no dataset')),
}
const idleBytes = process.memoryUsage.rss()
const { value, files } = await runConnections(payload, report)
// In KiB, by getrusage(2).
const peakBytes = process.resourceUsage().maxRSS * 1024
process.send?.({ value, files: files.map(({ fileName }) => fileName), idleBytes, peakBytes })
