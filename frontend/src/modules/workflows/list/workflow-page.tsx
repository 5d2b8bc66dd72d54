import type { Workflow } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { Button, Grid, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconPencil, IconTrash } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { Link, useNavigate, useParams, useSearchParams } from 'react-router'
import { toApiError } from '../../../app/api-error'
import { type CurrentOrganization, useOrganization } from '../../../app/organization'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Notice } from '../../../ui/notice'
import { PageHeader } from '../../../ui/page-header'
import { Panel } from '../../../ui/panel'
import { RelativeTime } from '../../../ui/relative-time'
import { specGraph } from '../graph/spec-graph'
import { StepsPanel } from '../graph/steps-panel'
import { editAddress, versionFromAddress, workflowAddress, workflowId } from '../workflow-name'
import { DeleteWorkflowDialog } from './delete-workflow-dialog'
import { ManifestPanel } from './manifest-panel'
import { RunWorkflowButton } from './run-workflow-button'
import { SpecStep } from './spec-step'
import { WorkflowInterface } from './workflow-interface'
import { workflowManifest } from './workflow-manifest'
import { useWorkflow, useWorkflowVersions } from './workflow-queries'
import { WorkflowVersions } from './workflow-versions'

export default function WorkflowPage() {
  const organization = useOrganization()
  const { workflow: id = '' } = useParams()
  const [parameters] = useSearchParams()
  const version = versionFromAddress(parameters.get('version'))
  const query = useWorkflow(organization.slug, id, version)
  if (query.data?.spec !== undefined) {
    return <LoadedWorkflow workflow={query.data} organization={organization} key={query.data.name} />
  }
  const gone = query.data === null || toApiError(query.error).code === 'NOT_FOUND'
  return (
    <>
      <PageHeader title={id} />
      <Panel>
        {query.isPending ? (
          <ListSkeleton rows={6} />
        ) : (
          <ErrorState
            error={query.error}
            {...(gone
              ? {
                  title: 'There is no such workflow',
                  text:
                    version === undefined
                      ? 'It was deleted, or never saved.'
                      : `It has no version ${version}, or was deleted.`,
                  action: (
                    <Button component={Link} to={`${organization.path}/workflows`} variant="default">
                      All workflows
                    </Button>
                  ),
                }
              : { onRetry: () => query.refetch() })}
          />
        )}
      </Panel>
    </>
  )
}

interface LoadedWorkflowProps {
  readonly workflow: Workflow
  readonly organization: CurrentOrganization
}

function LoadedWorkflow({ workflow, organization }: LoadedWorkflowProps) {
  const navigate = useNavigate()
  const [chosen, setChosen] = useState<string>()
  const [deleting, setDeleting] = useState(false)
  const id = workflowId(workflow.name)
  const versions = useWorkflowVersions(organization.slug, id)
  const latest = versions.data?.workflows[0]
  const { spec } = workflow
  const graph = useMemo(() => (spec === undefined ? undefined : specGraph(spec)), [spec])
  if (spec === undefined || graph === undefined) return null
  const step = spec.steps.find(({ name }) => `steps.${name}` === chosen)
  const isOld = latest !== undefined && latest.version > workflow.version
  return (
    <>
      <PageHeader
        title={spec.displayName}
        subtitle={
          <Group gap={8} wrap="wrap">
            <span className="mono">{workflow.reference}</span>
            <span aria-hidden>·</span>
            <span>{workflow.authorDisplayName || 'unknown author'}</span>
            <span aria-hidden>·</span>
            <RelativeTime time={workflow.createTime} />
          </Group>
        }
        actions={
          <>
            {organization.may('jobs.submit') && (
              <RunWorkflowButton workflow={workflow} path={organization.path} />
            )}
            {organization.may('workflows.write') && (
              <>
                <Button
                  component={Link}
                  to={editAddress(organization.path, id, workflow.version)}
                  variant="default"
                  leftSection={<IconPencil size={16} aria-hidden />}
                >
                  Edit
                </Button>
                <Button
                  variant="default"
                  c="var(--mantine-color-error)"
                  leftSection={<IconTrash size={16} aria-hidden />}
                  onClick={() => setDeleting(true)}
                >
                  Delete
                </Button>
              </>
            )}
          </>
        }
      />
      <Stack gap="md">
        {workflow.problem !== '' && (
          <Notice color="red" icon={IconAlertTriangle} title="It cannot be run now">
            <Text size="sm">{workflow.problem}</Text>
          </Notice>
        )}
        {isOld && (
          <Notice color="yellow" icon={IconAlertTriangle} title={`This is version ${workflow.version}`}>
            <Text size="sm">
              The latest is <Link to={workflowAddress(organization.path, id)}>version {latest.version}</Link>.
            </Text>
          </Notice>
        )}
        {spec.description !== '' && (
          <Text size="sm" style={{ whiteSpace: 'pre-wrap' }} maw={760}>
            {spec.description}
          </Text>
        )}
        <StepsPanel title="Steps" graph={graph} chosen={chosen} onChoose={setChosen}>
          {step !== undefined && <SpecStep step={step} path={organization.path} />}
        </StepsPanel>
        <Grid gap="md">
          <Grid.Col span={{ base: 12, lg: 7 }}>
            <Stack gap="md">
              <WorkflowInterface spec={spec} />
              <ManifestPanel
                manifest={workflowManifest(id, spec)}
                fileName={`${id}-${workflow.version}.yaml`}
              />
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 5 }}>
            <WorkflowVersions query={versions} shown={workflow.version} path={organization.path} id={id} />
          </Grid.Col>
        </Grid>
      </Stack>
      <DeleteWorkflowDialog
        organization={organization.slug}
        id={deleting ? id : undefined}
        onClose={() => setDeleting(false)}
        onDeleted={() => navigate(`${organization.path}/workflows`)}
      />
    </>
  )
}
