import { expect, test } from 'vitest'
import { type VotableField, votable, votableError, votableParam, votableText } from './votable.ts'
import { xmlDocument } from './xml.ts'

const fields: VotableField[] = [
  { name: 'image', datatype: 'unicodeChar', arraysize: '*', ucd: 'meta.id' },
  { name: 'mean', datatype: 'double', unit: 'Jy' },
  { name: 'bad', datatype: 'boolean' },
  { name: 'shape', datatype: 'long', arraysize: '2' },
]

test('a table says its fields once, and a row in each TR', () => {
  const rows = [
    ['a<b', 1.5, true, [3, 4]],
    [undefined, Number.NaN, false, undefined],
    ['', Number.NEGATIVE_INFINITY, undefined, [1, 2]],
  ]
  const text = votableText({ resources: [{ type: 'results', table: { name: 't', fields, rows } }] })
  expect(text).toContain('<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">')
  expect(text).toContain('<FIELD name="mean" datatype="double" unit="Jy"/>')
  expect(text).toContain('<TR><TD>a&lt;b</TD><TD>1.5</TD><TD>T</TD><TD>3 4</TD></TR>')
  expect(text).toContain('<TR><TD/><TD>NaN</TD><TD>F</TD><TD/></TR>')
  expect(text).toContain('<TR><TD/><TD>-Inf</TD><TD/><TD>1 2</TD></TR>')
  expect(text.trimEnd()).toMatch(/<\/TABLEDATA><\/DATA><\/TABLE><\/RESOURCE><\/VOTABLE>$/)
})

test('each of several tables gets its own rows, whatever the text around them says', () => {
  const table = (value: string) => ({ fields: [{ name: 'x', datatype: 'char' as const }], rows: [[value]] })
  const text = votableText({
    resources: [{ description: '<TABLEDATA/>', table: table('first') }, { table: table('second') }],
  })
  expect(text.indexOf('&lt;TABLEDATA/&gt;')).toBeLessThan(text.indexOf('first'))
  expect(text.indexOf('first')).toBeLessThan(text.indexOf('second'))
})

test('a million cells are made in pieces, as they are asked for', () => {
  let made = 0
  function* rows() {
    for (; made < 250_000; made++) yield ['x', 1, true, [1, 2]]
  }
  const pieces = votable({ resources: [{ table: { fields, rows: rows() } }] })
  const first = pieces.next().value as string
  expect(first.length).toBeLessThan(70_000)
  expect(made).toBeLessThan(5_000)
  pieces.return(undefined)
})

test('a row of another length than the fields is a defect', () => {
  expect(() => votableText({ resources: [{ table: { fields, rows: [['x']] } }] })).toThrow('1 cells')
})

test('an error document says so as DALI does', () => {
  const text = votableError('no <such> thing', [{ name: 'REASON', value: 'JOB_NOT_FOUND' }])
  expect(text).toContain(
    '<RESOURCE type="results"><INFO name="QUERY_STATUS" value="ERROR">no &lt;such&gt; thing</INFO><INFO name="REASON" value="JOB_NOT_FOUND"/></RESOURCE>',
  )
})

test('a parameter carries its value', () => {
  const text = xmlDocument(
    votableParam({ name: 'ID', datatype: 'char', arraysize: '*', description: 'what' }, 'a"b'),
  )
  expect(text).toContain('<PARAM name="ID" datatype="char" arraysize="*" value="a&quot;b"><DESCRIPTION>what')
})
