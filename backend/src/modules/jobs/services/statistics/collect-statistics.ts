import type { CollectInput } from '../collect-tasks.ts'
import { type Column, writeTables } from '../tables/write-tables.ts'
import type { MadeFile, TaskReport } from '../task-run.ts'
import type { StatisticsPayload, StatisticsValue } from './run-statistics.ts'

interface Row extends StatisticsPayload, Partial<StatisticsValue> {}

const columns: readonly Column<Row>[] = [
  { name: 'id', datatype: 'char', ucd: 'meta.id;meta.main', cell: ({ id }) => id },
  { name: 'stencil', datatype: 'char', ucd: 'pos.outline', cell: ({ stencil }) => stencil },
  { name: 'pixels', datatype: 'long', ucd: 'meta.number', cell: ({ pixels }) => pixels },
  { name: 'finite', datatype: 'long', ucd: 'meta.number', cell: ({ finite }) => finite },
  { name: 'minimum', datatype: 'double', ucd: 'stat.min', cell: ({ minimum }) => minimum },
  { name: 'maximum', datatype: 'double', ucd: 'stat.max', cell: ({ maximum }) => maximum },
  { name: 'mean', datatype: 'double', ucd: 'stat.mean', cell: ({ mean }) => mean },
  { name: 'stddev', datatype: 'double', ucd: 'stat.stdev', cell: ({ deviation }) => deviation },
  { name: 'median', datatype: 'double', ucd: 'stat.median', cell: ({ median }) => median },
  { name: 'sum', datatype: 'double', ucd: 'stat.value', cell: ({ sum }) => sum },
  { name: 'unit', datatype: 'char', ucd: 'meta.unit', cell: ({ unit }) => unit },
  { name: 'problem', datatype: 'unicodeChar', ucd: 'meta.note', cell: ({ problem }) => problem },
]

/** One row for each image and stencil; that of a task that failed says why. */
export async function collectStatistics({ tasks }: CollectInput, report: TaskReport): Promise<MadeFile[]> {
  const rows = tasks.map(({ payload, value, error }): Row => {
    const planned = payload as StatisticsPayload
    return { ...planned, ...(value as StatisticsValue | null), problem: error?.message ?? planned.problem }
  })
  return writeTables(report.folder, 'statistics', 'Statistics of the pixels of images', columns, rows)
}
