import type { Algorithm, AlgorithmState } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { describe, expect, test } from 'vitest'
import { algorithmAddress, parseReference, referenceOf } from '../algorithm-reference'
import { byAlgorithm, matches } from '../algorithm-version'
import { datasetsText } from '../dataset-words'
import { parseImage, shortDigest } from '../image-reference'
import { algorithmDraft, algorithmSpec, missingFields, needsManifest, suggestedId } from './algorithm-draft'
import { algorithmManifest } from './algorithm-manifest'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

const spec = {
  displayName: 'Measure tiles',
  description: 'Counts sources.',
  image: `registry.example.org/demo/measure@${digest}`,
  command: ['python', '/measure.py'],
  arguments: ['--fast'],
  parameters: [],
  inputs: [{ name: 'tile', description: '', optional: false, maxFiles: 1 }],
  environment: 'environments/small',
  datasets: ['*'],
  forEveryOrganization: false,
}

function version(name: string, number: number, state: AlgorithmState): Algorithm {
  return {
    name: `organizations/lab/algorithms/${name}/versions/${number}`,
    reference: `${name}@${number}`,
    version: number,
    spec,
    state,
    registrant: '',
    registrantDisplayName: '',
    createTime: undefined,
    reviewTime: undefined,
    reviewerDisplayName: '',
    reviewComment: '',
    organizationDisplayName: 'Lab',
  }
}

describe('references', () => {
  test.each([
    ['measure@2', { organization: '', algorithm: 'measure', version: 2 }],
    ['other-lab/measure@1', { organization: 'other-lab', algorithm: 'measure', version: 1 }],
    ['measure', undefined],
    ['measure@0', undefined],
    ['a/b/c@1', undefined],
  ])('%s', (reference, parsed) => expect(parseReference(reference)).toEqual(parsed))

  test('the page of another organisation’s algorithm stays within the reader’s', () => {
    const name = 'organizations/lab/algorithms/measure/versions/2'
    expect(referenceOf(name)).toEqual({ organization: 'lab', algorithm: 'measure', version: 2 })
    expect(algorithmAddress('/o/lab', name)).toBe('/o/lab/algorithms/measure?version=2')
    expect(algorithmAddress('/o/mine', name)).toBe('/o/mine/algorithms/measure?version=2&of=lab')
  })
})

describe('images', () => {
  test.each([
    [spec.image, 'registry.example.org', 'demo/measure', digest],
    [`localhost:5000/measure@${digest}`, 'localhost:5000', 'measure', digest],
    ['library/measure:latest', '', 'library/measure:latest', ''],
  ])('%s', (image, registry, repository, itsDigest) =>
    expect(parseImage(image)).toEqual({ registry, repository, digest: itsDigest }),
  )

  test('a digest is cut short for people', () => expect(shortDigest(digest)).toBe('sha256:0123456789ab…'))
})

describe('a list of versions', () => {
  const rows = byAlgorithm([
    version('cut', 1, 'ALGORITHM_STATE_REJECTED'),
    version('measure', 3, 'ALGORITHM_STATE_PENDING'),
    version('measure', 2, 'ALGORITHM_STATE_APPROVED'),
  ])

  test('is an algorithm a row, with its latest version and the one that runs', () => {
    expect(rows.map(({ latest, approved }) => [latest.reference, approved?.reference])).toEqual([
      ['cut@1', undefined],
      ['measure@3', 'measure@2'],
    ])
  })

  test('is searched by all words of names and descriptions', () => {
    expect(
      rows.filter((row) => matches(row, 'SOURCES measure@')).map(({ latest }) => latest.reference),
    ).toEqual(['measure@3'])
  })
})

describe('a version that is typed', () => {
  test('is the same after it was edited', () => {
    expect(algorithmSpec(algorithmDraft('measure', spec))).toEqual(spec)
  })

  test('says what is still needed', () => {
    expect(missingFields(algorithmDraft('', undefined))).toEqual([
      'a name',
      'an identifier',
      'an image',
      'an environment',
    ])
    expect(missingFields(algorithmDraft('measure', spec))).toEqual([])
  })

  test('with lines in a word of its command is a manifest', () => {
    expect(needsManifest(spec)).toBe(false)
    expect(needsManifest({ ...spec, arguments: ['set -e\nrun'] })).toBe(true)
  })

  test.each([
    ['Measure tiles', 'measure-tiles'],
    ['2 Übersichten!', 'ubersichten'],
    ['–', ''],
  ])('“%s” suggests the identifier “%s”', (name, id) => expect(suggestedId(name)).toBe(id))

  test('is written as a manifest', () => {
    expect(algorithmManifest('measure', spec).split('\n').slice(0, 5)).toEqual([
      'kind: Algorithm',
      'name: measure',
      'displayName: Measure tiles',
      'description: Counts sources.',
      `image: "registry.example.org/demo/measure@${digest}"`,
    ])
  })
})

test.each([
  [[], 'None: it is given no datasets.'],
  [['*'], 'Any that the organisation of the run may read.'],
  [['survey-*', 'cube'], 'all that begin with “survey-”, cube'],
])('datasets %o', (datasets, text) => expect(datasetsText(datasets)).toBe(text))
