// The process that looks into files for the backend: it is given their content, and may read nothing but that and
// its own code, write nothing but its answer, and start nothing.
import { serveTasks } from './adapters/execution/process/serve-tasks.ts'
import { lookInto } from './modules/files/preview/look-into.ts'
import type { PreviewOrder } from './modules/files/preview/preview-order.ts'

serveTasks(() => async ({ payload }, { folder, inputFolder }) => {
  if (inputFolder === undefined) throw new Error('a preview is made of content')
  const made = await lookInto(payload as PreviewOrder, { folder, inputFolder })
  const kind = { mediaType: 'application/octet-stream', sourceId: '', stencil: '' }
  return { files: made.map((fileName) => ({ ...kind, fileName })) }
})
