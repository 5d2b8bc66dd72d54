import { Dataset } from '@fairlead/proto/server/fairlead/datasets/v1/datasets'
import { describe, expect, test } from 'vitest'
import { jobServices } from '../../job-services.ts'
import { votableText } from '../../votable/index.ts'
import { schemaErrors, schemasMissing } from '../testing/schemas.ts'
import { linksDocument } from './links-document.ts'

const services = {
  address: 'https://data.example.org/soda',
  parameters: jobServices.find(({ id }) => id === 'cutout')?.parameters ?? [],
  authorized: true,
}
const coverage = {
  center: { raDeg: 10, decDeg: 20 },
  radiusDeg: 0.5,
  footprint: [
    { raDeg: 9.5, decDeg: 19.5 },
    { raDeg: 10.5, decDeg: 19.5 },
    { raDeg: 10, decDeg: 20.5 },
  ],
}
const card = (keyword: string, value: string) => `${keyword.padEnd(8)}= ${value.padStart(20)}`.padEnd(80)
/** Ten planes of 1 nm, the first around 500 nm. */
const spectral = [
  card('NAXIS', '3'),
  card('CTYPE3', "'WAVE    '"),
  card('CUNIT3', "'m       '"),
  card('CRVAL3', '5E-07'),
  card('CRPIX3', '1'),
  card('CDELT3', '1E-09'),
]

interface Described {
  readonly coverage?: typeof coverage
  readonly header?: string[]
  readonly axes?: bigint[]
}

function documentOf(dataset: Described, authorized = true): string {
  const link = { id: 'sky', dataset: Dataset.fromPartial({ displayName: 'The <sky>', ...dataset }) }
  return votableText(linksDocument([link], { ...services, authorized }))
}

const parameter = (document: string, name: string) =>
  new RegExp(`<PARAM name="${name}" [^]*?</PARAM>`).exec(document)?.[0]

describe('the links of a dataset', () => {
  test('describe both SODA services with the part of the sky that it covers', () => {
    const document = documentOf({ coverage })
    expect(document).toContain('<TD>soda-sync-1</TD>')
    expect(document).toContain('<TD>soda-async-1</TD>')
    expect(document).toContain('value="https://data.example.org/soda/async"')
    expect(parameter(document, 'ID')).toContain('value="sky"')
    expect(parameter(document, 'CIRCLE')).toContain('<VALUES><MAX value="10 20 0.5"/></VALUES>')
    expect(parameter(document, 'CIRCLE')).toContain(
      'arraysize="3" unit="deg" ucd="pos.outline;obs" xtype="circle"',
    )
    expect(parameter(document, 'POLYGON')).toContain('<MAX value="9.5 19.5 10.5 19.5 10 20.5"/>')
    expect(parameter(document, 'POS')).toContain('datatype="char" arraysize="*"')
    expect(parameter(document, 'POS')).not.toContain('unit=')
    expect(document).not.toContain('name="BAND"')
  })

  test('describe the wavelengths of a cube, from edge to edge', () => {
    const band = parameter(documentOf({ coverage, header: spectral, axes: [100n, 100n, 10n] }), 'BAND')
    const [, minimum, maximum] = /<MIN value="([^"]+)"\/><MAX value="([^"]+)"/.exec(band ?? '') ?? []
    expect(Number(minimum)).toBeCloseTo(499.5e-9, 15)
    expect(Number(maximum)).toBeCloseTo(509.5e-9, 15)
    expect(band).toContain('unit="m" ucd="em.wl;stat.interval" xtype="interval"')
  })

  test('leave cutouts out where there is nothing to cut by, and keep the picture', () => {
    const document = documentOf({})
    expect(document).not.toContain('adhoc:service')
    expect(document).toContain('https://data.example.org/soda/preview?ID=sky')
    expect(document).toContain('<TD>#preview</TD>')
  })

  test('say whether the caller may follow them', () => {
    expect(documentOf({ coverage })).toContain('<TD>true</TD><TD>T</TD>')
    expect(documentOf({ coverage }, false)).toContain('<TD>true</TD><TD>F</TD>')
  })

  test('tell the whole sky by its circle alone', () => {
    const document = documentOf({ coverage: { ...coverage, radiusDeg: 180, footprint: [] } })
    expect(parameter(document, 'CIRCLE')).toContain('<MAX value="10 20 180"/>')
    expect(parameter(document, 'POLYGON')).not.toContain('VALUES')
  })

  test.skipIf(schemasMissing)(`are VOTables by its schema ${schemasMissing ?? ''}`, async () => {
    const documents = [
      documentOf({ coverage, header: spectral, axes: [100n, 100n, 10n] }),
      documentOf({}),
      votableText(linksDocument([], services)),
      votableText(linksDocument([{ id: 'a & b', fault: 'NotFoundFault: there is none' }], services)),
    ]
    expect(await schemaErrors('VOTable.xsd', documents)).toEqual([])
  })
})
