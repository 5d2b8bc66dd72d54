import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { Alert, Button, Grid, SegmentedControl, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconAlertTriangle } from '@tabler/icons-react'
import { type FormEvent, useMemo, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { toApiError } from '../../../app/api-error'
import type { CurrentOrganization } from '../../../app/organization'
import { Panel } from '../../../ui/panel'
import { type Registration, useCheckedRegistration, useRegisterAlgorithm } from '../algorithm-queries'
import { algorithmAddress } from '../algorithm-reference'
import { ManifestEditor } from '../form/manifest-editor'
import { problemsElsewhere } from '../form/problem-at'
import {
  type AlgorithmDraft,
  algorithmDraft,
  algorithmSpec,
  draftViolations,
  missingFields,
  needsManifest,
} from './algorithm-draft'
import { algorithmManifest, exampleManifest } from './algorithm-manifest'
import { CheckPanel } from './check-panel'
import { SpecForm, shownFields } from './spec-form'

interface RegisterFormProps {
  /** The version to begin with. */
  readonly from: Algorithm | undefined
  /** Of the algorithm whose next version it is; empty for a new one. */
  readonly id: string
  readonly organization: CurrentOrganization
}

type Way = 'form' | 'manifest'

/** How long nothing is typed before the server is asked what is wrong, milliseconds. */
const settleMs = 450

export function RegisterForm({ from, id, organization }: RegisterFormProps) {
  const navigate = useNavigate()
  const register = useRegisterAlgorithm(organization.slug)
  const [way, setWay] = useState<Way>(() => (needsManifest(from?.spec) ? 'manifest' : 'form'))
  const [draft, setDraft] = useState(() => algorithmDraft(id, from?.spec))
  const [manifest, setManifest] = useState(() =>
    from?.spec === undefined ? '' : algorithmManifest(id, from.spec),
  )
  // What the form made of the manifest last: while it stands so, the form may replace it.
  const [generated, setGenerated] = useState(manifest)
  const [tried, setTried] = useState(false)
  // Kept over retries of the same version, so that a lost answer does not make a second one.
  const request = useRef({ id: crypto.randomUUID(), of: '' })

  const registration = useMemo<Registration>(
    () =>
      way === 'form'
        ? { algorithmId: draft.id.trim(), spec: algorithmSpec(draft), manifest: '' }
        : { algorithmId: '', spec: undefined, manifest },
    [way, draft, manifest],
  )
  const [settled] = useDebouncedValue(registration, settleMs)
  const missing = way === 'form' ? missingFields(draft) : manifest.trim() === '' ? ['a manifest'] : []
  const own = way === 'form' ? draftViolations(draft) : []
  const check = useCheckedRegistration(organization.slug, settled, missing.length === 0 && own.length === 0)
  // Of the check that fits what stands there, or of the last attempt.
  const refusal =
    register.error === null
      ? missing.length === 0
        ? check.data?.refusal
        : undefined
      : toApiError(register.error)
  const violations = own.length > 0 ? own : (refusal?.violations ?? [])
  const elsewhere =
    refusal === undefined
      ? []
      : refusal.violations.length === 0
        ? [refusal.message]
        : way === 'form'
          ? problemsElsewhere(violations, shownFields)
          : []

  const change = (way: Way) => {
    if (way === 'manifest' && (manifest === generated || manifest.trim() === '')) {
      const isUntouched = from === undefined && missingFields(draft).length >= 4
      const next = isUntouched ? exampleManifest : algorithmManifest(draft.id, algorithmSpec(draft))
      setManifest(next)
      setGenerated(next)
    }
    register.reset()
    setWay(way)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (missing.length > 0 || own.length > 0) return
    const asked = JSON.stringify(registration)
    if (request.current.of !== asked) request.current = { id: crypto.randomUUID(), of: asked }
    register.mutate(
      { ...registration, requestId: request.current.id },
      { onSuccess: ({ name }) => navigate(algorithmAddress(organization.path, name)) },
    )
  }
  const edit = (changed: Partial<AlgorithmDraft>) => {
    register.reset()
    setDraft((before) => ({ ...before, ...changed }))
  }

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <SegmentedControl
          value={way}
          onChange={(chosen) => change(chosen as Way)}
          data={[
            { value: 'form', label: 'Form' },
            { value: 'manifest', label: 'Manifest' },
          ]}
          aria-label="How to register it"
          style={{ alignSelf: 'flex-start' }}
        />
        <Grid gap="md">
          <Grid.Col span={{ base: 12, md: 8 }}>
            {way === 'form' ? (
              <SpecForm
                draft={draft}
                onChange={edit}
                organization={organization}
                isNew={id === ''}
                violations={violations}
                tried={tried}
              />
            ) : (
              <Panel>
                <Stack gap="xs">
                  <ManifestEditor
                    label="Manifest"
                    value={manifest}
                    maxLength={65_536}
                    violations={violations}
                    onChange={(text) => {
                      register.reset()
                      setManifest(text)
                    }}
                  />
                  <Text size="xs" c="dimmed">
                    YAML with the fields of the form; drop a file on it, or keep it beside the image’s source.
                    What is changed here stays here: the form keeps what was typed there.
                  </Text>
                </Stack>
              </Panel>
            )}
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 4 }}>
            <Stack gap="md" pos="sticky" top={70}>
              <CheckPanel
                missing={missing}
                isChecking={check.isFetching || settled !== registration}
                isChecked={check.data !== undefined && !check.isPlaceholderData}
                failure={check.isError && !check.isFetching ? toApiError(check.error) : undefined}
                count={violations.length + (refusal !== undefined && refusal.violations.length === 0 ? 1 : 0)}
              />
              {elsewhere.length > 0 && (
                <Alert
                  color="red"
                  icon={<IconAlertTriangle aria-hidden />}
                  title={register.error === null ? 'This cannot be registered' : 'It was not registered'}
                  role="alert"
                >
                  {elsewhere.join(' ')}
                </Alert>
              )}
              <Button type="submit" size="md" loading={register.isPending}>
                {id === '' ? 'Register' : 'Register the version'}
              </Button>
              <Text size="xs" c="dimmed">
                It is registered for the operator to look at. You are told what was decided.
              </Text>
            </Stack>
          </Grid.Col>
        </Grid>
      </Stack>
    </form>
  )
}
