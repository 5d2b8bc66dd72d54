import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { FixFileFormat } from './file-format.ts'
import { FixFileError } from './fix-file-error.ts'
import type { FixRow, RejectedRow } from './fix-row.ts'
import { readFixFile } from './read-fix-file.ts'

interface Read {
  rows: FixRow[]
  rejections: RejectedRow[]
  format: FixFileFormat | undefined
  failure: string | undefined
}

interface Options {
  readonly fileName?: string
  readonly format?: FixFileFormat
  readonly timeZone?: string
  /** Bytes of a piece, as the network cuts them. */
  readonly pieceBytes?: number
}

async function read(content: string | Buffer, options: Options = {}): Promise<Read> {
  const { fileName = 'fixes', format, timeZone = '', pieceBytes = 1 << 20 } = options
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  async function* pieces() {
    for (let start = 0; start < bytes.length; start += pieceBytes)
      yield bytes.subarray(start, start + pieceBytes)
  }
  const found: Read = { rows: [], rejections: [], format: undefined, failure: undefined }
  const onFormat = (told: FixFileFormat) => {
    found.format = told
  }
  try {
    for await (const piece of readFixFile(pieces(), { fileName, format, timeZone, onFormat })) {
      found.rows.push(...piece.rows)
      found.rejections.push(...piece.rejections)
    }
  } catch (error) {
    if (!(error instanceof FixFileError)) throw error
    found.failure = error.message
  }
  return found
}

const noon = Date.UTC(2026, 4, 1, 12)
const fix = (line: number, change: Partial<FixRow> = {}): FixRow => ({
  line,
  device: 'a',
  timeMs: noon,
  latitude: 47.5,
  longitude: 8.25,
  accuracyM: 0,
  ...change,
})
const lines = ({ rejections }: Read) => rejections.map(({ line, field }) => [line, field])

describe('CSV', () => {
  const header = 'lat,lng,datetime,uid\n'
  const row = '47.5,8.25,2026-05-01 12:00:00,a\n'

  test('is read with its header, by whatever names and in whatever order', async () => {
    expect(await read(header + row)).toMatchObject({ rows: [fix(2)], rejections: [], format: 'CSV' })
    const other =
      'Device ID,Longitude,Horizontal Accuracy,Timestamp,Latitude,note\na,8.25,12.5,1777636800,47.5,x\n'
    expect((await read(other)).rows).toEqual([fix(2, { accuracyM: 12.5 })])
  })

  test.each([
    ['CRLF', (header + row + row).replaceAll('\n', '\r\n')],
    ['CR', (header + row + row).replaceAll('\n', '\r')],
    ['a byte order mark', `\uFEFF${header}${row}${row}`],
    ['quotes', `"lat","lng","datetime","uid"\n"47.5","8.25","2026-05-01 12:00:00","a"\n${row}`],
    ['no line end at its end', (header + row + row).slice(0, -1)],
    ['tabs', (header + row + row).replaceAll(',', '\t')],
    [
      'semicolons and decimal commas',
      (header + row + row).replaceAll(',', ';').replaceAll(/(\d)\.(\d)/g, '$1,$2'),
    ],
    ['a date and a time column', `lat,lng,date,time,uid\n${(row + row).replaceAll(' ', ',')}`],
    ['UTF-16', Buffer.from(`\uFEFF${header}${row}${row}`, 'utf16le')],
    ['UTF-16 of the other order', Buffer.from(`\uFEFF${header}${row}${row}`, 'utf16le').swap16()],
    ['gzip', gzipSync(header + row + row)],
    ['gzip of several members', Buffer.concat([gzipSync(header + row), gzipSync(row)])],
  ])('is read with %s', async (_, content) => {
    const whole = await read(content)
    expect(whole).toMatchObject({ rows: [fix(2), fix(3)], rejections: [], failure: undefined })
    expect(await read(content, { pieceBytes: 1 })).toEqual(whole)
  })

  test('quoted values may hold separators, quotes and line ends, and rows keep their lines', async () => {
    const text = `note,${header}"one, ""two""\nthree",${row}\n"x\r\ny",${row}bad,no,8,${row}`
    const found = await read(text)
    expect(found.rows).toEqual([fix(2), fix(5)])
    expect(lines(found)).toEqual([[7, '']])
  })

  test('what is wrong with a row is told with its line and column, and the others are kept', async () => {
    const found = await read(
      `${header}${row}abc,8.25,2026-05-01 12:00:00,a\n47.5,,2026-05-01 12:00:00,a\n47.5,8.25,yesterday,a\n` +
        `47.5,8.25,,a\n47.5,8.25,2026-02-30 12:00:00,a\nNaN,8.25,2026-05-01 12:00:00,a\n0x10,8,0,a\n${row}`,
    )
    expect(found.rows).toEqual([fix(2), fix(10)])
    expect(lines(found)).toEqual([
      [3, 'lat'],
      [4, 'lng'],
      [5, 'datetime'],
      [6, 'datetime'],
      [7, 'datetime'],
      [8, 'lat'],
      [9, 'lat'],
    ])
    expect(found.rejections.map(({ description }) => description)).toEqual([
      'is no number: the latitude, in degrees',
      'is missing: a fix needs its longitude, in degrees',
      expect.stringContaining('ISO 8601'),
      'is missing: a fix needs its time, with the date',
      expect.stringContaining('ISO 8601'),
      expect.stringContaining('is no number'),
      expect.stringContaining('is no number'),
    ])
  })

  test('numbers that are out of range are left to whoever knows the range', async () => {
    const found = await read('lat,lon,time\n91,1e308,1777636800\n')
    expect(found.rows).toEqual([fix(2, { device: '', latitude: 91, longitude: 1e308 })])
  })

  test('a quote that never closes costs its own row', async () => {
    const found = await read(`${header}"47.5,8.25,2026-05-01 12:00:00,a\n${row.repeat(40)}`)
    expect(lines(found)).toEqual([[2, '']])
    expect(found.rows).toHaveLength(40)
    expect(found.rows.map(({ line }) => line)).toEqual(Array.from({ length: 40 }, (_, index) => index + 3))
  })

  test('a line that is too long is passed over, and one without an end ends the file', async () => {
    const found = await read(`${header}${'x'.repeat(100_000)}\n${row}`)
    expect(found).toMatchObject({ rows: [fix(3)], failure: undefined })
    expect(lines(found)).toEqual([[2, '']])
    const endless = await read(`${header}${row}${'x'.repeat(20_000_000)}`)
    expect(endless).toMatchObject({ rows: [fix(2)], failure: expect.stringContaining('Line 3 does not end') })
  })

  test('without the columns of a fix it is refused, with the names that would do', async () => {
    expect(await read('a,b\n1,2\n')).toMatchObject({
      failure: expect.stringContaining('no name for the latitude (latitude, lat, y)'),
    })
  })

  test('a name of a device that is not of the encoding is told', async () => {
    const latin1 = Buffer.from(`${header}${row.replace(',a', ',Zo\u00eb')}${row}`, 'latin1')
    const found = await read(latin1)
    expect(found.rows).toEqual([fix(3)])
    expect(found.rejections).toMatchObject([
      { line: 2, field: 'uid', description: expect.stringContaining('UTF-8') },
    ])
  })
})

describe('times', () => {
  const cases: [string, string, number][] = [
    ['2026-05-01T12:00:00Z', '', noon],
    ['2026-05-01T12:00:00.250Z', '', noon + 250],
    ['2026-05-01T12:00:00.2509999Z', '', noon + 250],
    ['2026-05-01 12:00', '', noon],
    ['2026/05/01 12:00:00', '', noon],
    ['2026-05-01T14:00:00+02:00', '', noon],
    ['2026-05-01T14:00:00+0200', '', noon],
    ['2026-05-01 06:30:00 -05:30', '', noon],
    ['2026-05-01 12:00:00 UTC', 'Asia/Tokyo', noon],
    ['1777636800', 'Asia/Tokyo', noon],
    ['1777636800.5', '', noon + 500],
    ['1777636800000', '', noon],
    ['1777636800000000', '', noon],
    ['1777636800000000000', '', noon],
    ['2026-05-01 14:00:00', 'Europe/Zurich', noon],
    ['2026-05-01 21:00:00', 'Asia/Tokyo', noon],
    ['2026-05-01 17:45:00', 'Asia/Kathmandu', noon],
    // Skipped by the clocks, and there twice: the first of them.
    ['2026-03-29 02:30:00', 'Europe/Zurich', Date.UTC(2026, 2, 29, 1, 30)],
    ['2026-10-25 02:30:00', 'Europe/Zurich', Date.UTC(2026, 9, 25, 0, 30)],
    ['2026-10-25 03:00:00', 'Europe/Zurich', Date.UTC(2026, 9, 25, 2)],
    ['2008-10-23 23:59:60', '', Date.UTC(2008, 9, 24)],
  ]
  test.each(cases)('%s in zone "%s" is understood', async (text, timeZone, timeMs) => {
    const { rows } = await read(`lat,lon,time\n1,2,${text}\n`, { timeZone })
    expect(rows.map((row) => row.timeMs)).toEqual([timeMs])
  })
})

describe('NDJSON', () => {
  test('holds objects and features, and what is none is told with its line', async () => {
    const text = [
      '{"lat": 47.5, "lon": 8.25, "time": "2026-05-01T12:00:00Z", "device": "a"}',
      '{"tst": 1777636800, "latitude": "47.5", "longitude": 8.25, "accuracy": 5, "uid": 17}',
      'nonsense',
      '',
      '[1, 2]',
      '\u001e{"type":"Feature","geometry":{"type":"Point","coordinates":[8.25,47.5]},"properties":{"time":1777636800000,"device":"a"}}',
      '{"lat": null, "lon": 8.25, "time": 1, "device": "a"}',
      '{"lat": 1, "lon": 8.25, "time": 1, "device": {}}',
    ].join('\n')
    const found = await read(text, { fileName: 'a.ndjson' })
    expect(found.format).toBe('NDJSON')
    expect(found.rows).toEqual([fix(1), fix(2, { device: '17', accuracyM: 5 }), fix(6)])
    expect(lines(found)).toEqual([
      [3, ''],
      [5, ''],
      [7, 'lat'],
      [8, 'device'],
    ])
    expect(await read(text, { fileName: 'a.ndjson', pieceBytes: 3 })).toEqual(found)
  })
})

describe('GeoJSON', () => {
  const point = (properties: object, coordinates: unknown = [8.25, 47.5, 400]) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates },
    properties,
  })
  const collection = (features: unknown[], more: object = {}) =>
    JSON.stringify(
      { name: 'a "features": [ b', ...more, type: 'FeatureCollection', features, bbox: [1, 2] },
      null,
      1,
    )

  test('points and tracks of a collection are read, with the feature told that is wrong', async () => {
    const time = '2026-05-01T12:00:00Z'
    const text = collection([
      point({ time, device: 'a' }),
      { type: 'Feature', geometry: null, properties: { time } },
      {
        type: 'Feature',
        geometry: {
          type: 'LineString',
          coordinates: [
            [8.25, 47.5],
            [8.25, 47.5],
          ],
        },
        properties: { coordTimes: [time, noon], device: 'a', note: 'brackets ]} and a quote \\" within' },
      },
      {
        type: 'Feature',
        geometry: {
          type: 'LineString',
          coordinates: [
            [8, 47],
            [8, 47],
          ],
        },
        properties: { coordTimes: [time] },
      },
      point({ time, device: 'a' }, ['x', 47.5]),
    ])
    const found = await read(text, { fileName: 'tracks.geojson' })
    expect(found).toMatchObject({ format: 'GEOJSON', failure: undefined, rows: [fix(1), fix(3), fix(3)] })
    expect(lines(found)).toEqual([
      [2, ''],
      [4, ''],
      [5, 'geometry'],
    ])
    for (const pieceBytes of [1, 7, 64])
      expect(await read(text, { fileName: 'x.json', pieceBytes })).toEqual(found)
  })

  test.each([
    ['one feature', JSON.stringify(point({ time: noon, device: 'a' }))],
    ['one feature over lines', JSON.stringify(point({ time: noon, device: 'a' }), null, 2)],
    ['a list of features', JSON.stringify([point({ time: noon, device: 'a' })])],
    ['a list of objects', JSON.stringify([{ lat: 47.5, lon: 8.25, time: noon, device: 'a' }])],
  ])('%s is read', async (_, text) => {
    expect(await read(text)).toMatchObject({ rows: [fix(1)], failure: undefined })
  })

  test('a collection without features is read', async () => {
    expect(await read(collection([]))).toMatchObject({ rows: [], failure: undefined })
  })

  test.each([
    ['{"type":"FeatureCollection","features":[{"a":1}', 'ends too early'],
    ['{"type":"FeatureCollection","features":[{"a":1}{"a":2}]}', 'something else'],
    ['{"type":"FeatureCollection","features":[1]}', 'something else'],
    ['{"type":"Topology","objects":{}}', 'neither a list of features'],
    [`{"note":"${'x'.repeat(5_000_000)}`, 'no list of features within 4 MB'],
    [`{"features":[{"note":"${'x'.repeat(70_000_000)}`, 'does not end within 64 MB'],
  ])('%.60s is refused', async (text, reason) => {
    expect((await read(text, { format: 'GEOJSON' })).failure).toContain(reason)
  })
})

describe('GPX', () => {
  const gpx = (body: string, begin = '<?xml version="1.0" encoding="UTF-8"?>') =>
    `${begin}\n<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">\n${body}\n</gpx>\n`
  const point = '<trkpt lat="47.5" lon="8.25"><ele>400</ele><time>2026-05-01T12:00:00Z</time></trkpt>'

  test('points of tracks and waypoints are read, and those of routes are not', async () => {
    const text = gpx(
      `<wpt lat="47.5" lon="8.25"><time>2026-05-01T12:00:00Z</time><name>Home</name></wpt>\n` +
        `<rte><name>plan</name><rtept lat="1" lon="2"/></rte>\n` +
        `<trk><name><![CDATA[a]]></name><trkseg>\n${point}\n` +
        `<trkpt lat="47.5" lon="8.25"><time>2026-05-01T12:00:00Z</time><extensions><x:accuracy xmlns:x="u">7</x:accuracy></extensions></trkpt>\n` +
        `<trkpt lat="47.5" lon="8.25"/>\n<trkpt lon="8.25"><time>2026-05-01T12:00:00Z</time></trkpt>\n</trkseg></trk>`,
    )
    const found = await read(text, { fileName: 'a.gpx' })
    expect(found).toMatchObject({ format: 'GPX', failure: undefined })
    expect(found.rows).toEqual([fix(3, { device: '' }), fix(6), fix(7, { accuracyM: 7 })])
    expect(lines(found)).toEqual([
      [8, 'time'],
      [9, 'lat'],
    ])
    for (const pieceBytes of [1, 5]) expect(await read(text, { pieceBytes })).toEqual(found)
  })

  test('an encoding that the declaration tells is followed', async () => {
    const text = gpx(
      `<trk><name>Zo\u00eb</name><trkseg>${point}</trkseg></trk>`,
      '<?xml version="1.0" encoding="ISO-8859-1"?>',
    )
    expect((await read(Buffer.from(text, 'latin1'))).rows).toEqual([fix(3, { device: 'Zo\u00eb' })])
    expect(await read(text.replace('ISO-8859-1', 'EBCDIC-X'))).toMatchObject({
      failure: expect.stringContaining('save it as UTF-8'),
    })
  })

  const laughs = Array.from(
    { length: 9 },
    (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`,
  )
  test.each([
    [
      'a bomb of entities',
      gpx('<trk><name>&l9;</name></trk>', `<!DOCTYPE gpx [<!ENTITY l0 "ha">${laughs.join('')}]>`),
      'declares a document type',
    ],
    [
      'an entity of a file',
      gpx('<trk><name>&x;</name></trk>', '<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
      'declares a document type',
    ],
    ['an entity that nothing declares', gpx('<trk><name>&x;</name></trk>'), 'no well-formed XML'],
    [
      'a document type without end',
      `<!DOCTYPE gpx [${'<!ENTITY x "y">'.repeat(20_000)}`,
      'no well-formed XML',
    ],
    ['other XML', '<kml><Document/></kml>', 'no GPX'],
    ['what ends early', gpx(point).slice(0, -10), 'ends too early'],
    ['elements without end', `<gpx>${'<a>'.repeat(100_000)}`, 'nested more than'],
    [
      'attributes without end',
      `<gpx ${Array.from({ length: 9999 }, (_, index) => `a${index}="1"`).join(' ')}>`,
      'attributes',
    ],
    ['a value without end', `<gpx version="${'1'.repeat(9_000_000)}`, 'no well-formed XML'],
    ['a name without end', `<gpx><${'a'.repeat(9_000_000)}`, 'no well-formed XML'],
    ['crossed elements', '<gpx><a><b></a></b></gpx>', 'no well-formed XML'],
  ])('%s is refused', async (_, text, reason) => {
    expect((await read(text)).failure).toContain(reason)
  })

  test('text without end is passed over', async () => {
    const found = await read(
      gpx(`<metadata><desc>${'x'.repeat(9_000_000)}</desc></metadata><trk><trkseg>${point}</trkseg></trk>`),
    )
    expect(found).toMatchObject({ rows: [fix(3, { device: '' })], failure: undefined })
  })

  test('what was read before the fault is kept', async () => {
    const found = await read(gpx(`<trk><trkseg>${point}<x></trkseg></trk>`))
    expect(found).toMatchObject({
      rows: [fix(3, { device: '' })],
      failure: expect.stringContaining('Line 3'),
    })
  })
})

describe('other files', () => {
  test.each([
    ['nothing', '', 'is empty'],
    ['blanks', ' \r\n', 'is empty'],
    ['a workbook', Buffer.from('PK\u0003\u0004....'), 'ZIP archive or a workbook'],
    ['what was compressed twice', gzipSync(gzipSync('lat,lon,time\n')), 'compressed twice'],
    ['half a gzip file', gzipSync('lat,lon,time\n1,2,3\n'.repeat(99)).subarray(0, -10), 'ends too early'],
    ['a damaged gzip file', Buffer.from('1f8b0800aabbccdd0003ffffffffff', 'hex'), 'damaged'],
    ['bytes', Buffer.from([1, 2, 3, 0, 0, 0, 200, 201]), 'no text'],
  ])('%s is refused', async (_, content, reason) => {
    expect((await read(content)).failure).toContain(reason)
  })

  test('a gzip bomb is refused before it is whole', async () => {
    const bomb = gzipSync(`lat,lon,time,note\n${`1,2,3,${' '.repeat(9_000)}\n`.repeat(6_000)}`)
    expect(bomb.length).toBeLessThan(200_000)
    const { failure, rows } = await read(bomb)
    expect(failure).toContain('200 times its size')
    expect(rows.length).toBeGreaterThan(0)
  })
})
