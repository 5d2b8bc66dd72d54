import type { Workflow } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { ActionIcon, Alert, Button, Stack, Text, Textarea, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedValue, useHotkeys } from '@mantine/hooks'
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconArrowForwardUp,
  IconDeviceFloppy,
  IconFileImport,
  IconPlus,
} from '@tabler/icons-react'
import { lazy, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useBlocker, useNavigate } from 'react-router'
import { toApiError } from '../../../app/api-error'
import type { CurrentOrganization } from '../../../app/organization'
import { ConfirmDialog } from '../../../ui/confirm-dialog'
import { EmptyState } from '../../../ui/empty-state'
import { LazyDialog } from '../../../ui/lazy-dialog'
import { PageHeader } from '../../../ui/page-header'
import { Panel } from '../../../ui/panel'
import { CheckPanel } from '../algorithms/check-panel'
import { ParametersEditor } from '../form/parameters-editor'
import { problemAt, problemsElsewhere } from '../form/problem-at'
import type { GraphEditing } from '../graph/graph-editing'
import { specGraph, stepId } from '../graph/spec-graph'
import { StepsPanel } from '../graph/steps-panel'
import { ManifestPanel } from '../list/manifest-panel'
import { workflowManifest } from '../list/workflow-manifest'
import { useCheckedWorkflow, useSaveWorkflow } from '../list/workflow-queries'
import { workflowAddress, workflowId } from '../workflow-name'
import classes from './builder.module.css'
import { connectionRefusal } from './connection-refusal'
import { connected, disconnected, withNewStep, withRunInputs } from './draft-changes'
import { missingParts, ownViolations, problemsOfBoxes } from './draft-problems'
import { ProblemList } from './problem-list'
import { RunInputsEditor } from './run-inputs-editor'
import { StepEditor } from './step-editor'
import { useDraft } from './use-draft'
import { useKnownAlgorithms } from './use-known-algorithms'
import { specOf, type WorkflowDraft } from './workflow-draft'

const AddStepDialog = lazy(() => import('./add-step-dialog'))
const ImportDialog = lazy(() => import('./import-dialog'))

interface BuilderProps {
  readonly organization: CurrentOrganization
  /** To begin with. */
  readonly initial: WorkflowDraft
  /** That is edited; undefined for a new one. */
  readonly edited: Workflow | undefined
  /** Where what is not saved is kept. */
  readonly place: string
}

/** How long nothing is changed before the server is asked what is wrong, milliseconds. */
const settleMs = 600

/** Puts a workflow together: its steps as a graph, one of them in detail, and what a run is given. */
export function Builder({ organization, initial, edited, place }: BuilderProps) {
  const navigate = useNavigate()
  const { draft, isChanged, isRestored, canUndo, canRedo, change, undo, redo, forget, discard } = useDraft(
    place,
    initial,
  )
  const [chosen, setChosen] = useState<string>()
  const [asking, setAsking] = useState<'add' | 'import'>()
  const save = useSaveWorkflow(organization.slug)
  const isSaved = useRef(false)
  // Kept over retries of the same version, so that a lost answer does not make a second one.
  const request = useRef({ id: crypto.randomUUID(), of: '' })
  useHotkeys([
    ['mod+Z', undo],
    ['mod+shift+Z', redo],
    ['mod+Y', redo],
  ])

  const references = useMemo(
    () => [...new Set(draft.steps.map(({ algorithm }) => algorithm))].filter((one) => one !== ''),
    [draft.steps],
  )
  const known = useKnownAlgorithms(organization.slug, references)
  const missing = missingParts(draft)
  const own = useMemo(() => ownViolations(draft, known.byReference), [draft, known.byReference])
  const [settled] = useDebouncedValue(draft, settleMs)
  const isComplete = missing.length === 0 && own.length === 0
  const wanted = useMemo(
    () => (isComplete ? { workflowId: settled.id.trim(), spec: specOf(settled), manifest: '' } : undefined),
    [settled, isComplete],
  )
  const check = useCheckedWorkflow(organization.slug, wanted)
  const refusal = save.error !== null ? toApiError(save.error) : isComplete ? check.data?.refusal : undefined
  const violations = own.length > 0 ? own : (refusal?.violations ?? [])
  const shown = [
    'workflow_id',
    'spec.display_name',
    'spec.description',
    ...draft.inputs.map((_, index) => `spec.inputs[${index}]`),
    ...draft.parameters.map((_, index) => `spec.parameters[${index}]`),
    ...draft.steps.map((_, index) => `spec.steps[${index}]`),
  ]
  const elsewhere =
    refusal === undefined || own.length > 0
      ? []
      : refusal.violations.length === 0
        ? [refusal.message]
        : problemsElsewhere(violations, shown)
  const problem = (path: string) => problemAt(violations, path)

  const graph = useMemo(
    () =>
      specGraph(
        specOf(draft),
        (algorithm) => known.byReference.get(algorithm)?.spec?.inputs.map(({ name }) => name) ?? [],
        problemsOfBoxes(draft, violations),
      ),
    [draft, known.byReference, violations],
  )
  const editing = useMemo<GraphEditing>(
    () => ({
      refusal: (from, to, port) => connectionRefusal(draft, from, to, port),
      connect: (from, to, port) => change((before) => connected(before, from, to, port)),
      disconnect: ({ from, to, port }) => change((before) => disconnected(before, from, to, port)),
    }),
    [draft, change],
  )
  const chosenIndex = draft.steps.findIndex(({ name }) => stepId(name) === chosen)
  const step = draft.steps[chosenIndex]
  const edit = useCallback(
    (changed: Partial<WorkflowDraft>, together = '') => {
      save.reset()
      change((before) => ({ ...before, ...changed }), together)
    },
    [save.reset, change],
  )

  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      isChanged && !isSaved.current && currentLocation.pathname !== nextLocation.pathname,
  )
  useEffect(() => {
    if (!isChanged) return
    const warn = (event: BeforeUnloadEvent) => {
      if (!isSaved.current) event.preventDefault()
    }
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [isChanged])

  const submit = () => {
    const spec = specOf(draft)
    const of = JSON.stringify(draft)
    if (request.current.of !== of) request.current = { id: crypto.randomUUID(), of }
    save.mutate(
      { workflowId: draft.id.trim(), spec, manifest: '', requestId: request.current.id },
      {
        onSuccess: ({ name, version }) => {
          isSaved.current = true
          forget()
          navigate(workflowAddress(organization.path, workflowId(name), version))
        },
      },
    )
  }
  const title = edited === undefined ? 'New workflow' : `Edit ${edited.spec?.displayName || draft.id}`
  const lastName = draft.steps.at(-1)?.name
  return (
    <>
      <PageHeader
        title={title}
        subtitle={
          edited === undefined
            ? 'Steps run algorithms, each after those whose files it reads.'
            : `From ${edited.reference}. What you save becomes the next version; runs of this one go on.`
        }
        actions={
          <>
            <Tooltip label="Undo (Ctrl+Z)">
              <ActionIcon size="lg" variant="default" aria-label="Undo" disabled={!canUndo} onClick={undo}>
                <IconArrowBackUp size={17} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <Tooltip label="Redo (Ctrl+Shift+Z)">
              <ActionIcon size="lg" variant="default" aria-label="Redo" disabled={!canRedo} onClick={redo}>
                <IconArrowForwardUp size={17} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <Button
              variant="default"
              leftSection={<IconFileImport size={16} aria-hidden />}
              onClick={() => setAsking('import')}
            >
              Import
            </Button>
            <Button
              leftSection={<IconDeviceFloppy size={16} aria-hidden />}
              loading={save.isPending}
              disabled={!isComplete}
              onClick={submit}
            >
              Save
            </Button>
          </>
        }
      />
      {isRestored && isChanged && (
        <Alert mb="md" color="sea" title="This is what you had not saved yet" data-testid="restored">
          <Text size="sm" span>
            It was kept in this tab.{' '}
          </Text>
          <Button variant="default" size="compact-xs" onClick={discard}>
            {edited === undefined ? 'Begin anew' : `Go back to ${edited.reference}`}
          </Button>
        </Alert>
      )}
      <div className={classes.builder}>
        <div className={classes.left}>
          <div className={classes.details}>
            <Panel title="About it">
              <div className={classes.fields}>
                <TextInput
                  label="Name"
                  placeholder="Tiles of an image"
                  maxLength={120}
                  required
                  value={draft.displayName}
                  error={problem('spec.display_name')}
                  onChange={(event) => edit({ displayName: event.currentTarget.value }, 'displayName')}
                />
                <TextInput
                  label="Identifier"
                  placeholder="tiles"
                  maxLength={63}
                  required
                  classNames={{ input: 'mono' }}
                  disabled={edited !== undefined}
                  value={draft.id}
                  error={problem('workflow_id') ?? idProblem(draft.id)}
                  onChange={(event) => edit({ id: event.currentTarget.value }, 'id')}
                />
                <Textarea
                  label="Description"
                  autosize
                  minRows={1}
                  maxRows={8}
                  maxLength={8000}
                  className={classes.wide ?? ''}
                  value={draft.description}
                  error={problem('spec.description')}
                  onChange={(event) => edit({ description: event.currentTarget.value }, 'description')}
                />
              </div>
            </Panel>
          </div>
          <div className={classes.steps}>
            {draft.steps.length === 0 ? (
              <Panel title="Steps">
                <EmptyState
                  compact
                  icon={IconPlus}
                  title="Begin with a step"
                  text="A step runs an algorithm that the operator has approved. What it reads comes from the run or from other steps."
                  action={<Button onClick={() => setAsking('add')}>Add a step</Button>}
                />
              </Panel>
            ) : (
              <StepsPanel
                title="Steps"
                graph={graph}
                chosen={chosen}
                onChoose={setChosen}
                editing={editing}
                actions={
                  <Button
                    size="xs"
                    variant="light"
                    leftSection={<IconPlus size={15} aria-hidden />}
                    onClick={() => setAsking('add')}
                  >
                    Add a step
                  </Button>
                }
              >
                <Text size="xs" c="dimmed" px="md" py={8} className={classes.hint ?? ''}>
                  Drag from the right of a step to an input on the left of another, or choose what a step
                  reads beside the graph. A connection that is clicked can be removed.
                </Text>
              </StepsPanel>
            )}
          </div>
          <div className={classes.inputs}>
            <Panel title="Inputs of a run">
              <RunInputsEditor
                inputs={draft.inputs}
                problem={(index, field) => problem(`spec.inputs[${index}].${field}`)}
                onChange={(inputs, together) => change((before) => withRunInputs(before, inputs), together)}
              />
            </Panel>
          </div>
          <div className={classes.parameters}>
            <Panel title="Parameters of a run">
              <Stack gap="sm">
                <ParametersEditor
                  drafts={draft.parameters}
                  problem={(index, field) => problem(`spec.parameters[${index}].${field}`)}
                  onChange={(parameters) => edit({ parameters }, `parameters ${parameters.length}`)}
                />
                {draft.parameters.length > 0 && (
                  <Text size="xs" c="dimmed">
                    In a step’s parameter, <span className="mono">$&#123;NAME&#125;</span> stands for the
                    run’s of that name.
                  </Text>
                )}
              </Stack>
            </Panel>
          </div>
        </div>
        <div className={classes.right}>
          <div className={classes.step} data-empty={draft.steps.length === 0 || undefined}>
            {step === undefined ? (
              draft.steps.length > 0 && (
                <Panel title="Step">
                  <Text size="sm" c="dimmed">
                    Choose a step to say what it reads, with which parameters and where it runs.
                  </Text>
                </Panel>
              )
            ) : (
              <StepEditor
                key={step.key}
                draft={draft}
                step={step}
                organization={organization}
                algorithms={known.byReference}
                problem={(path) => problem(`spec.steps[${chosenIndex}]${path}`)}
                change={change}
                onRename={(name) => setChosen(stepId(name))}
                onRemoved={() => setChosen(undefined)}
              />
            )}
          </div>
          <div className={classes.check}>
            <Stack gap="md">
              <CheckPanel
                missing={missing}
                isChecking={check.isFetching || settled !== draft}
                isChecked={check.data !== undefined && !check.isPlaceholderData}
                failure={check.isError && !check.isFetching ? toApiError(check.error) : undefined}
                count={violations.length + (refusal !== undefined && refusal.violations.length === 0 ? 1 : 0)}
              />
              <ProblemList draft={draft} violations={violations} onChoose={setChosen} />
              {elsewhere.length > 0 && (
                <Alert
                  color="red"
                  icon={<IconAlertTriangle aria-hidden />}
                  title={save.error === null ? 'This cannot be saved' : 'It was not saved'}
                  role="alert"
                >
                  {elsewhere.join(' ')}
                </Alert>
              )}
              {draft.steps.length > 0 && draft.id.trim() !== '' && (
                <ManifestPanel
                  manifest={workflowManifest(draft.id.trim(), specOf(draft))}
                  fileName={`${draft.id.trim()}.yaml`}
                />
              )}
            </Stack>
          </div>
        </div>
      </div>
      <LazyDialog opened={asking === 'add'}>
        {(opened) => (
          <AddStepDialog
            opened={opened}
            organization={organization}
            approved={known.approved}
            isPending={known.isPending}
            error={known.error}
            onClose={() => setAsking(undefined)}
            onAdd={(algorithm) => {
              setAsking(undefined)
              const after = step?.name ?? lastName
              const next = withNewStep(draft, algorithm, after === undefined ? undefined : stepId(after))
              change(() => next)
              const added = next.steps.at(-1)
              if (added !== undefined) setChosen(stepId(added.name))
            }}
          />
        )}
      </LazyDialog>
      <LazyDialog opened={asking === 'import'}>
        {(opened) => (
          <ImportDialog
            opened={opened}
            organization={organization}
            onClose={() => setAsking(undefined)}
            onImport={(imported) => {
              setAsking(undefined)
              setChosen(undefined)
              change((before) => (edited === undefined ? imported : { ...imported, id: before.id }))
            }}
          />
        )}
      </LazyDialog>
      <ConfirmDialog
        opened={blocker.state === 'blocked'}
        title="Leave without saving?"
        text="What you changed of this workflow is discarded."
        confirm="Leave"
        onConfirm={() => {
          forget()
          blocker.proceed?.()
        }}
        onClose={() => blocker.reset?.()}
      />
    </>
  )
}

function idProblem(id: string): string | undefined {
  const text = id.trim()
  return text === '' || /^[a-z][a-z0-9-]{0,62}$/.test(text)
    ? undefined
    : 'Give lower-case letters, digits and hyphens, a letter first.'
}
