import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { Anchor, Button, Grid, Group, Stack, Text } from '@mantine/core'
import {
  IconArrowBackUp,
  IconBan,
  IconCheck,
  IconClockPause,
  IconCopyPlus,
  IconPlayerPlay,
} from '@tabler/icons-react'
import { useState } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'
import { toApiError } from '../../../app/api-error'
import { type CurrentOrganization, useOrganization } from '../../../app/organization'
import { ConfirmDialog } from '../../../ui/confirm-dialog'
import { Copyable } from '../../../ui/copyable'
import { ErrorState } from '../../../ui/error-state'
import { Facts } from '../../../ui/facts'
import { formatUtc } from '../../../ui/format-time'
import { Notice } from '../../../ui/notice'
import { notifyFailure } from '../../../ui/notify'
import { PageHeader } from '../../../ui/page-header'
import { PageLoader } from '../../../ui/page-loader'
import { Panel } from '../../../ui/panel'
import { RelativeTime } from '../../../ui/relative-time'
import { useCaller } from '../../identity/caller'
import { submitAddress } from '../../jobs/submit-address'
import { CommandText, InputsTable, ParametersTable } from '../algorithm-interface'
import { useAlgorithms, useWithdrawAlgorithm } from '../algorithm-queries'
import { referenceOf } from '../algorithm-reference'
import { algorithmStateWords } from '../algorithm-state'
import { AlgorithmStateTag } from '../algorithm-state-tag'
import { datasetsText } from '../dataset-words'
import { environmentId } from '../environments/environment-words'
import { ImageFacts } from '../image-facts'
import { ManifestPanel } from '../list/manifest-panel'
import { WorkflowTabs } from '../workflow-tabs'
import { algorithmManifest } from './algorithm-manifest'
import { AlgorithmVersions } from './algorithm-versions'

export default function AlgorithmPage() {
  const organization = useOrganization()
  const { algorithm: id = '' } = useParams()
  const [parameters] = useSearchParams()
  const of = parameters.get('of') ?? organization.slug
  const isOwn = of === organization.slug
  // What another organisation lets this one run stands among this one's own, by its latest versions.
  const query = useAlgorithms(organization.slug, [], isOwn ? id : '')
  const versions = query.data?.pages
    .flatMap((page) => page.algorithms)
    .filter(({ name }) => {
      const found = referenceOf(name)
      return found.organization === of && found.algorithm === id
    })
    .sort((one, other) => other.version - one.version)
  const asked = Number(parameters.get('version') ?? 0)
  const shown = asked === 0 ? versions?.[0] : versions?.find(({ version }) => version === asked)

  if (shown === undefined || versions === undefined) {
    if (query.isPending) return <PageLoader />
    const absent = !query.isError || toApiError(query.error).code === 'NOT_FOUND'
    return (
      <>
        <PageHeader title={absent ? 'Algorithm not found' : 'Algorithm'} />
        <Panel>
          <ErrorState
            error={query.error ?? new Error('There is no such version.')}
            {...(absent
              ? {
                  title: 'There is no such version',
                  text: 'It was never registered, or its organisation does not let yours run it.',
                  action: (
                    <Button component={Link} to={`${organization.path}/algorithms`} variant="default">
                      All algorithms
                    </Button>
                  ),
                }
              : { onRetry: () => void query.refetch() })}
          />
        </Panel>
      </>
    )
  }
  return <LoadedAlgorithm algorithm={shown} versions={versions} organization={organization} />
}

interface LoadedAlgorithmProps {
  readonly algorithm: Algorithm
  readonly versions: readonly Algorithm[]
  readonly organization: CurrentOrganization
}

function LoadedAlgorithm({ algorithm, versions, organization }: LoadedAlgorithmProps) {
  const { data: caller } = useCaller()
  const withdraw = useWithdrawAlgorithm()
  const [asking, setAsking] = useState(false)
  const { spec, state } = algorithm
  const { algorithm: id } = referenceOf(algorithm.name)
  const isOwn = algorithm.name.startsWith(`${organization.name}/`)
  const mayWrite = isOwn && organization.may('workflows.write')
  const mayWithdraw =
    mayWrite &&
    (algorithm.registrant === caller?.name || organization.may('members.manage')) &&
    (state === 'ALGORITHM_STATE_PENDING' || state === 'ALGORITHM_STATE_APPROVED')
  const mayRun = state === 'ALGORITHM_STATE_APPROVED' && organization.may('jobs.submit')

  return (
    <>
      <WorkflowTabs path={organization.path} />
      <PageHeader
        title={spec?.displayName || algorithm.reference}
        subtitle={
          <Group gap={8} wrap="wrap">
            <Copyable value={algorithm.reference} what="the reference" />
            <AlgorithmStateTag state={state} />
            {!isOwn && <span>of {algorithm.organizationDisplayName}</span>}
          </Group>
        }
        actions={
          <>
            {mayWithdraw && (
              <Button
                variant="default"
                c="var(--mantine-color-error)"
                leftSection={<IconArrowBackUp size={16} aria-hidden />}
                onClick={() => setAsking(true)}
              >
                Withdraw
              </Button>
            )}
            {mayWrite && (
              <Button
                component={Link}
                to={`${organization.path}/algorithms/new?${new URLSearchParams({ from: algorithm.reference })}`}
                variant="default"
                leftSection={<IconCopyPlus size={16} aria-hidden />}
              >
                New version
              </Button>
            )}
            {mayRun && (
              <Button
                component={Link}
                to={submitAddress(organization.path, 'workflow', [
                  { name: 'ALGORITHM', value: algorithm.reference },
                ])}
                leftSection={<IconPlayerPlay size={16} aria-hidden />}
              >
                Run
              </Button>
            )}
          </>
        }
      />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="md">
            <Decision algorithm={algorithm} isOwn={isOwn} />
            {spec !== undefined && spec.description !== '' && (
              <Panel title="Description">
                <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                  {spec.description}
                </Text>
              </Panel>
            )}
            {spec !== undefined && (
              <>
                <Panel title="What runs">
                  <Stack gap="sm">
                    <ImageFacts image={spec.image} />
                    <CommandText spec={spec} />
                  </Stack>
                </Panel>
                <Panel title="Inputs" flush>
                  <InputsTable inputs={spec.inputs} />
                </Panel>
                <Panel title="Parameters" flush>
                  <ParametersTable parameters={spec.parameters} />
                </Panel>
                <ManifestPanel manifest={algorithmManifest(id, spec)} fileName={`${id}.yaml`} />
              </>
            )}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="md">
            <Panel title="Version">
              <Facts
                entries={[
                  ['Version', String(algorithm.version)],
                  ['Registered', <RelativeTime key="registered" time={algorithm.createTime} />],
                  ['Registered by', algorithm.registrantDisplayName || '–'],
                  ...(algorithm.reviewTime === undefined
                    ? []
                    : [
                        ['Decided', <RelativeTime key="decided" time={algorithm.reviewTime} />] as const,
                        ['Decided by', algorithm.reviewerDisplayName || '–'] as const,
                      ]),
                  [
                    'Environment',
                    <Anchor
                      key="environment"
                      component={Link}
                      to={`${organization.path}/environments`}
                      inherit
                      className="mono"
                    >
                      {environmentId(spec?.environment ?? '')}
                    </Anchor>,
                  ],
                  ['Datasets', datasetsText(spec?.datasets ?? [])],
                  ['For', spec?.forEveryOrganization ? 'Every organisation' : 'Its own organisation'],
                ]}
              />
            </Panel>
            <AlgorithmVersions versions={versions} shown={algorithm} organization={organization} />
          </Stack>
        </Grid.Col>
      </Grid>
      <ConfirmDialog
        opened={asking}
        title={`Withdraw ${algorithm.reference}?`}
        text="Nothing new of this version runs from then on, and workflows that name it cannot be run. What runs goes on. This cannot be undone; the same image can be registered as a new version."
        confirm="Withdraw"
        pending={withdraw.isPending}
        onConfirm={() =>
          withdraw.mutate(algorithm, {
            onError: (error) => notifyFailure('The version was not withdrawn', error),
            onSettled: () => setAsking(false),
          })
        }
        onClose={() => setAsking(false)}
      />
    </>
  )
}

/** What was decided about it, where that is more than that it may run. */
function Decision({ algorithm, isOwn }: { algorithm: Algorithm; isOwn: boolean }) {
  const { state, reviewComment, reviewerDisplayName, reviewTime } = algorithm
  const words = algorithmStateWords(state)
  const isApproved = state === 'ALGORITHM_STATE_APPROVED'
  if (isApproved && reviewComment === '') return null
  const isBad = state === 'ALGORITHM_STATE_REJECTED' || state === 'ALGORITHM_STATE_REVOKED'
  return (
    <Notice
      color={isApproved ? 'teal' : words.color}
      icon={isApproved ? IconCheck : isBad ? IconBan : IconClockPause}
      title={words.label}
      data-testid="algorithm-decision"
    >
      <Text size="sm">
        {words.text}
        {state === 'ALGORITHM_STATE_PENDING' && isOwn && ' Whoever registered it is told of the decision.'}
      </Text>
      {reviewComment !== '' && (
        <Text size="sm" mt={6} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          “{reviewComment}”
        </Text>
      )}
      {reviewTime !== undefined && (
        <Text size="xs" c="dimmed" mt={6}>
          {reviewerDisplayName}, {formatUtc(reviewTime)}
        </Text>
      )}
    </Notice>
  )
}
