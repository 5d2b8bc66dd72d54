import type { FixFileReader, RowReceiver } from './fix-row.ts'
import { jsonNames, receiveObject } from './json-fixes.ts'
import { LineSplitter } from './line-splitter.ts'
import type { TimeReader } from './time-reader.ts'

/** A line may be a whole track. */
const LINE_MAX_LENGTH = 4 * 1024 * 1024

/** An object or GeoJSON feature in each line; also JSON text sequences (RFC 8142), whose lines begin with RS. */
export function ndjsonReader(receiver: RowReceiver, readTime: TimeReader): FixFileReader {
  const reject = (line: number, description: string) =>
    receiver.reject({ line, field: '', description, device: '' })
  const lines = new LineSplitter(
    {
      line(text, number) {
        const json = text.startsWith('\u001e') ? text.slice(1) : text
        if (json.trim() === '') return
        let value: unknown
        try {
          value = JSON.parse(json)
        } catch {
          return reject(number, 'is no JSON: each line is one object')
        }
        receiveObject(value, number, readTime, receiver)
      },
      tooLong: (number) => reject(number, `is longer than ${LINE_MAX_LENGTH / 1024 / 1024} MB`),
    },
    LINE_MAX_LENGTH,
  )
  return {
    push: (text) => lines.push(text),
    end: () => lines.end(),
    nameOf: (column) => jsonNames[column],
  }
}
