import sax from 'sax'
import { FixFileError } from './fix-file-error.ts'
import type { FixFileReader, RowReceiver } from './fix-row.ts'
import { type RowNames, receiveRow } from './row-values.ts'
import type { TimeReader } from './time-reader.ts'

const DEPTH_MAX = 32
const ATTRIBUTES_MAX = 64
const TEXT_MAX_LENGTH = 200

const names: RowNames = {
  latitude: 'lat',
  longitude: 'lon',
  time: 'time',
  accuracy: 'accuracy',
  device: 'name',
}

interface Point {
  readonly line: number
  latitude: string | undefined
  longitude: string | undefined
  time: string
  accuracy: string
  device: string
}

/**
 * Points of tracks and waypoints of GPX 1.0 and 1.1; routes are plans and no fixes. Where no device is chosen for the
 * file a track's name is its device. A document type is refused, and with it every entity that it could declare.
 */
export function gpxReader(receiver: RowReceiver, readTime: TimeReader): FixFileReader {
  const parser = sax.parser(true, { trim: true })
  let point: Point | undefined
  let trackName = ''
  let text = ''
  let attributes = 0
  /** Local names of the elements that are open. */
  const path: string[] = []

  parser.onerror = (error) => {
    const [reason = ''] = error.message.split('\n')
    throw new FixFileError(`Line ${parser.line + 1}: this is no well-formed XML (${reason}).`, {
      cause: error,
    })
  }
  parser.ondoctype = () => {
    throw new FixFileError('The file declares a document type, which GPX has none of.')
  }
  parser.onopentagstart = ({ name }) => {
    const local = localName(name)
    if (path.length === 0 && local !== 'gpx')
      throw new FixFileError(`The file is XML, but no GPX: its outermost element is <${name.slice(0, 50)}>.`)
    if (path.length >= DEPTH_MAX)
      throw new FixFileError(`Line ${parser.line + 1}: elements are nested more than ${DEPTH_MAX} deep.`)
    path.push(local)
    attributes = 0
    text = ''
    if (local === 'trk') trackName = ''
    if (local === 'trkpt' || local === 'wpt')
      point = {
        line: parser.line + 1,
        latitude: undefined,
        longitude: undefined,
        time: '',
        accuracy: '',
        device: local === 'trkpt' ? trackName : '',
      }
  }
  parser.onattribute = ({ name, value }) => {
    if (++attributes > ATTRIBUTES_MAX)
      throw new FixFileError(
        `Line ${parser.line + 1}: an element has more than ${ATTRIBUTES_MAX} attributes.`,
      )
    const element = path.at(-1)
    if (point === undefined || (element !== 'trkpt' && element !== 'wpt')) return
    if (name === 'lat') point.latitude = value
    if (name === 'lon') point.longitude = value
  }
  const addText = (piece: string) => {
    if (text.length < TEXT_MAX_LENGTH) text += piece.slice(0, TEXT_MAX_LENGTH)
  }
  parser.ontext = addText
  parser.oncdata = addText
  parser.onclosetag = () => {
    const closed = path.pop()
    const parent = path.at(-1)
    if (closed === 'name' && parent === 'trk') trackName = text
    else if (point !== undefined) closeInPoint(point, closed, parent)
    text = ''
  }

  function closeInPoint(open: Point, closed: string | undefined, parent: string | undefined): void {
    if (closed === 'trkpt' || closed === 'wpt') {
      point = undefined
      receiveRow(open, names, readTime, receiver)
    } else if (closed === 'time' && (parent === 'trkpt' || parent === 'wpt')) open.time = text
    // No part of GPX itself, but written by recorders, each in a namespace of its own.
    else if (closed === 'accuracy') open.accuracy = text
  }

  return {
    push: (piece) => {
      parser.write(piece)
    },
    end() {
      if (path.length > 0)
        throw new FixFileError('The file ends too early: its outermost element is not closed.')
      parser.close()
    },
    nameOf: (column) => names[column],
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
