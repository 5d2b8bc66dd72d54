import type { Algorithm, AlgorithmSpec } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connectionRefusal, sourcesFor } from './connection-refusal'
import {
  connected,
  disconnected,
  unique,
  withNewStep,
  withoutStep,
  withRunInputFor,
  withRunInputs,
  withStep,
} from './draft-changes'
import { type DraftAction, draftHistory, historyOf } from './draft-history'
import { missingParts, ownViolations, problemsOfBoxes } from './draft-problems'
import { forgetDraft, keepDraft, keptDraft } from './kept-draft'
import { nameProblem } from './name-problem'
import {
  draftOf,
  durationSeconds,
  emptyDraft,
  newRunInput,
  newStep,
  specOf,
  type WorkflowDraft,
} from './workflow-draft'

const ofRun = '$' + '{SIZE}'

/** image -> cut -> measure -> collect */
function tiles(): WorkflowDraft {
  const [cut, measure, collect] = ['cut', 'measure', 'collect'].map((name) => newStep(name, `${name}@1`))
  return {
    ...emptyDraft,
    id: 'tiles',
    displayName: 'Tiles',
    inputs: [newRunInput('image')],
    steps: [
      { ...cut!, inputs: [{ name: 'image', from: 'inputs.image' }] },
      { ...measure!, inputs: [{ name: 'tile', from: 'steps.cut' }] },
      { ...collect!, inputs: [{ name: 'tables', from: 'steps.measure' }], after: ['cut'] },
    ],
  }
}

function algorithm(reference: string, inputs: readonly string[]): Algorithm {
  const spec: Partial<AlgorithmSpec> = {
    displayName: reference,
    inputs: inputs.map((name) => ({
      name,
      description: '',
      optional: name.startsWith('optional'),
      maxFiles: 0,
    })),
    parameters: [],
    environment: 'environments/small',
  }
  return { reference, name: reference, spec, state: 'ALGORITHM_STATE_APPROVED' } as Algorithm
}

describe('a connection', () => {
  test('is refused when it would make a circle, and says which', () => {
    expect(connectionRefusal(tiles(), 'steps.collect', 'steps.cut', 'image')).toBe(
      'That would make a circle: cut → collect → cut.',
    )
    expect(connectionRefusal(tiles(), 'steps.measure', 'steps.cut', 'image')).toBe(
      'That would make a circle: cut → measure → cut.',
    )
  })

  test('is refused from a step to itself, to what is no step, and a second time', () => {
    expect(connectionRefusal(tiles(), 'steps.cut', 'steps.cut', 'image')).toBe(
      'A step cannot read its own files.',
    )
    expect(connectionRefusal(tiles(), 'steps.cut', 'inputs.image', 'image')).toContain('Only steps')
    expect(connectionRefusal(tiles(), 'steps.cut', 'steps.measure', 'tile')).toBe(
      'measure reads that as tile already.',
    )
  })

  test('is fine otherwise, also a second source of one input', () => {
    expect(connectionRefusal(tiles(), 'steps.cut', 'steps.collect', 'tables')).toBeUndefined()
    expect(connectionRefusal(tiles(), 'inputs.image', 'steps.measure', 'tile')).toBeUndefined()
  })

  test('is offered to a step from all but itself, marked where it would make a circle', () => {
    expect(sourcesFor(tiles(), 'measure').map(({ from, circle }) => [from, circle])).toEqual([
      ['inputs.image', false],
      ['steps.cut', false],
      ['steps.collect', true],
    ])
  })
})

describe('a draft', () => {
  test('follows the new name of a step and of an input everywhere', () => {
    const [cut] = tiles().steps
    let draft: WorkflowDraft = { ...tiles() }
    draft = { ...draft, steps: [{ ...cut!, key: 'cut' }, ...draft.steps.slice(1)] }
    draft = withStep(draft, 'cut', { name: 'split' })
    expect(draft.steps[1]?.inputs).toEqual([{ name: 'tile', from: 'steps.split' }])
    expect(draft.steps[2]?.after).toEqual(['split'])
    draft = withRunInputs(draft, [{ ...draft.inputs[0]!, name: 'picture' }])
    expect(draft.steps[0]?.inputs).toEqual([{ name: 'image', from: 'inputs.picture' }])
  })

  test('does not rename what reads another step of the same name', () => {
    const draft = tiles()
    const twins = {
      ...draft,
      steps: draft.steps.map((step) => (step.name === 'collect' ? { ...step, name: 'cut' } : step)),
    }
    const renamed = withStep(twins, draft.steps[2]!.key, { name: 'join' })
    expect(renamed.steps[1]?.inputs).toEqual([{ name: 'tile', from: 'steps.cut' }])
  })

  test.each([
    ['cut', 'Give each a name of its own.'],
    ['', 'Give lower-case letters'],
    ['Cut', 'Give lower-case letters'],
    ['cutter', undefined],
  ])('takes the name %j only when it is one of its own', (name, problem) => {
    if (problem === undefined) expect(nameProblem(name, ['cut'])).toBeUndefined()
    else expect(nameProblem(name, ['cut'])).toContain(problem)
  })

  test('loses what read a step or an input that is removed', () => {
    const draft = tiles()
    const without = withoutStep(draft, draft.steps[0]!.key)
    expect(without.steps.map(({ name, inputs, after }) => [name, inputs.length, after.length])).toEqual([
      ['measure', 0, 0],
      ['collect', 1, 0],
    ])
    expect(withRunInputs(draft, []).steps[0]?.inputs).toEqual([])
  })

  test('connects and disconnects one source of one input, or an order', () => {
    const both = connected(tiles(), 'inputs.image', 'steps.measure', 'tile')
    expect(both.steps[1]?.inputs).toHaveLength(2)
    expect(disconnected(both, 'steps.cut', 'steps.measure', 'tile').steps[1]?.inputs).toEqual([
      { name: 'tile', from: 'inputs.image' },
    ])
    expect(disconnected(tiles(), 'steps.cut', 'steps.collect', '').steps[2]?.after).toEqual([])
  })

  test('begins with inputs of the run for what its first step needs', () => {
    const draft = withNewStep(emptyDraft, algorithm('cut@1', ['image', 'optional-mask']), undefined)
    expect(draft.inputs.map(({ name }) => name)).toEqual(['image'])
    expect(draft.steps[0]).toMatchObject({
      name: 'cut',
      algorithm: 'cut@1',
      inputs: [{ name: 'image', from: 'inputs.image' }],
    })
  })

  test('goes on with a step that reads the one before, under a name of its own', () => {
    const draft = withNewStep(tiles(), algorithm('lab/measure@3', ['tile']), 'steps.collect')
    expect(draft.steps[3]).toMatchObject({
      name: 'measure-2',
      inputs: [{ name: 'tile', from: 'steps.collect' }],
    })
  })

  test('makes what a step needs an input of the run, once per name', () => {
    const draft = tiles()
    const made = withRunInputFor(draft, draft.steps[1]!.key, { name: 'image', description: 'A second one' })
    expect(made.inputs.map(({ name }) => name)).toEqual(['image', 'image-2'])
    expect(made.steps[1]?.inputs.at(-1)).toEqual({ name: 'image', from: 'inputs.image-2' })
    expect(unique('a'.repeat(40), ['a'.repeat(32)])).toBe(`${'a'.repeat(30)}-2`)
  })

  test('becomes what the API takes, and comes back from it the same', () => {
    const [cut, ...others] = tiles().steps
    const draft: WorkflowDraft = {
      ...tiles(),
      steps: [
        {
          ...cut!,
          environment: 'small',
          maxDuration: '90m',
          parameters: [{ name: 'SIZE', value: ofRun }],
        },
        { ...others[0]!, over: 'input', overInput: 'tile', maxContainers: 50, publish: true },
        { ...others[1]!, over: 'count', count: 3 },
      ],
    }
    const spec = specOf(draft)
    expect(spec.steps[0]).toMatchObject({
      environment: 'environments/small',
      maxDuration: { seconds: 5_400n },
      fanOut: undefined,
    })
    expect(spec.steps[1]?.fanOut).toEqual({ over: { $case: 'input', value: 'tile' }, maxContainers: 50 })
    expect(spec.steps[2]?.fanOut).toEqual({ over: { $case: 'count', value: 3 }, maxContainers: 0 })
    expect(specOf(draftOf('tiles', spec))).toEqual(spec)
  })

  test.each([
    ['90s', 90],
    ['10m', 600],
    ['2h', 7_200],
    ['1d', 86_400],
    ['10', undefined],
    ['ten minutes', undefined],
  ])('reads the time %s', (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds)
  })
})

describe('the history of a draft', () => {
  const to = (displayName: string, together = ''): DraftAction => ({
    kind: 'change',
    together,
    change: (draft) => ({ ...draft, displayName }),
  })
  const after = (...actions: DraftAction[]) => actions.reduce(draftHistory, historyOf(emptyDraft))

  test('goes back and forth', () => {
    const history = after(to('a'), to('b'), { kind: 'undo' })
    expect(history.present.displayName).toBe('a')
    expect(draftHistory(history, { kind: 'redo' }).present.displayName).toBe('b')
    expect(after({ kind: 'undo' }).present).toBe(emptyDraft)
  })

  test('forgets what was undone when something else is changed', () => {
    expect(after(to('a'), { kind: 'undo' }, to('b'), { kind: 'redo' }).present.displayName).toBe('b')
  })

  test('takes letters typed into one field for one change', () => {
    const typed = after(to('t', 'name'), to('ti', 'name'), to('til', 'name'))
    expect(draftHistory(typed, { kind: 'undo' }).present).toBe(emptyDraft)
    const twice = after(to('t', 'name'), to('x'), to('ti', 'name'), { kind: 'undo' })
    expect(twice.present.displayName).toBe('x')
  })

  test('takes no note of a change that changes nothing', () => {
    const same: DraftAction = { kind: 'change', together: '', change: (draft) => draft }
    expect(after(same).past).toEqual([])
  })

  test('holds the last hundred changes', () => {
    const many = after(...Array.from({ length: 150 }, (_, index) => to(String(index))))
    expect(many.past).toHaveLength(100)
    expect(many.past[0]?.displayName).toBe('49')
  })
})

describe('what is wrong with a draft', () => {
  test('names what is still missing', () => {
    expect(missingParts(emptyDraft)).toEqual(['an identifier', 'a name', 'a step'])
    expect(missingParts(tiles())).toEqual([])
  })

  test('is told at the step: an input that nothing gives, a name that is taken, a time that is none', () => {
    const draft = tiles()
    const [cut, measure, collect] = draft.steps
    const wrong = {
      ...draft,
      steps: [
        { ...cut!, inputs: [] },
        { ...measure!, name: 'cut' },
        { ...collect!, maxDuration: 'long' },
      ],
    }
    const violations = ownViolations(wrong, new Map([['cut@1', algorithm('cut@1', ['image'])]]))
    expect(violations.map(({ field }) => field)).toEqual([
      'spec.steps[0].inputs',
      'spec.steps[1].name',
      'spec.steps[2].max_duration',
    ])
    expect(problemsOfBoxes(draft, violations).get('steps.cut')).toBe('Connect its input image.')
  })

  test('of the server stands at the step that it names', () => {
    const problems = problemsOfBoxes(tiles(), [
      { field: 'spec.steps[1].algorithm', description: 'Choose a version that is approved.' },
      { field: 'spec.inputs[0].name', description: 'Give a lower-case letter first.' },
    ])
    expect([...problems]).toEqual([
      ['steps.measure', 'Choose a version that is approved.'],
      ['inputs.image', 'Give a lower-case letter first.'],
    ])
  })
})

describe('a draft that is kept over a reload', () => {
  beforeEach(() => {
    const items = new Map<string, string>()
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
      removeItem: (key: string) => void items.delete(key),
    })
  })
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  test('is found again, at its own place alone', () => {
    const draft = tiles()
    keepDraft('lab/new', draft)
    expect(keptDraft('lab/new')).toEqual(draft)
    expect(keptDraft('lab/tiles')).toBeUndefined()
    forgetDraft('lab/new')
    expect(keptDraft('lab/new')).toBeUndefined()
  })

  test.each(['{"steps": 3}', 'null', 'not JSON', '{"id":"a","steps":[null]}'])(
    'is left alone when it is something else: %s',
    (text) => {
      sessionStorage.setItem('fairlead.workflow-draft.lab/new', text)
      expect(keptDraft('lab/new')).toBeUndefined()
    },
  )
})
