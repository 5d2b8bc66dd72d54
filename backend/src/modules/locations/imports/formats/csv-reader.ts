import { type ColumnRole, columnsOf, namesOf } from './column-names.ts'
import { CsvRows } from './csv-rows.ts'
import { FixFileError } from './fix-file-error.ts'
import type { FixColumn, FixFileReader, RowReceiver } from './fix-row.ts'
import { type RowNames, receiveRow } from './row-values.ts'
import type { TimeReader } from './time-reader.ts'

interface Columns {
  readonly count: number
  readonly of: ReadonlyMap<ColumnRole, number>
  readonly names: RowNames
}

/** CSV with a header. Where a comma does not separate it may be the decimal one. */
export function csvReader(receiver: RowReceiver, readTime: TimeReader): FixFileReader {
  let columns: Columns | undefined
  const rows = new CsvRows({
    record(values, line) {
      if (columns === undefined) columns = columnsOfHeader(values, line)
      else takeRecord(columns, values, line)
    },
    broken(line, description) {
      if (columns === undefined)
        throw new FixFileError(`Line ${line}, which is to name the columns, ${description}.`)
      receiver.reject({ line, field: '', description, device: '' })
    },
  })

  function takeRecord({ count, of, names }: Columns, values: readonly string[], line: number): void {
    const cell = (role: ColumnRole) => values[of.get(role) ?? -1]
    const numeric = (text: string | undefined) => (rows.delimiter === ',' ? text : text?.replace(',', '.'))
    if (values.length > count) {
      const description = `has ${values.length} values for ${count} columns: quote those with "${rows.delimiter}" in them`
      receiver.reject({ line, field: '', description, device: cell('device')?.slice(0, 120) ?? '' })
      return
    }
    const [date, time] = [cell('date'), cell('time')]
    receiveRow(
      {
        line,
        latitude: numeric(cell('latitude')),
        longitude: numeric(cell('longitude')),
        time: date === undefined || time === undefined ? time : `${date.trim()} ${time.trim()}`.trim(),
        accuracy: numeric(cell('accuracy')?.trim()),
        device: cell('device'),
      },
      names,
      readTime,
      receiver,
    )
  }

  return {
    push: (text) => rows.push(text),
    end() {
      rows.end()
      if (columns === undefined)
        throw new FixFileError('The file is empty: its first line names the columns.')
    },
    nameOf: (column: FixColumn) => columns?.names[column] ?? column,
  }
}

function columnsOfHeader(header: readonly string[], line: number): Columns {
  const of = columnsOf(header)
  const missing = (['latitude', 'longitude', 'time'] as const).filter((role) => !of.has(role))
  if (missing.length > 0) {
    const wanted = missing.map((role) => `the ${role} (${namesOf(role)})`).join(', nor ')
    throw new FixFileError(`Line ${line} is to name the columns, and has no name for ${wanted}.`)
  }
  const nameOf = (role: FixColumn) => header[of.get(role) ?? -1]?.trim() ?? role
  return {
    count: header.length,
    of,
    names: {
      latitude: nameOf('latitude'),
      longitude: nameOf('longitude'),
      time: nameOf('time'),
      accuracy: nameOf('accuracy'),
      device: nameOf('device'),
    },
  }
}
