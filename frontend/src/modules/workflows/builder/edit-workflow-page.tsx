import type { Workflow } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'
import { type CurrentOrganization, useOrganization } from '../../../app/organization'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { PageHeader } from '../../../ui/page-header'
import { Panel } from '../../../ui/panel'
import { useWorkflow } from '../list/workflow-queries'
import { versionFromAddress } from '../workflow-name'
import { Builder } from './builder'
import { NotAllowed } from './not-allowed'
import { draftOf, emptyDraft } from './workflow-draft'

export default function EditWorkflowPage() {
  const organization = useOrganization()
  const { workflow: id = '' } = useParams()
  const [parameters] = useSearchParams()
  const query = useWorkflow(organization.slug, id, versionFromAddress(parameters.get('version')))
  if (organization.membership !== undefined && !organization.may('workflows.write')) return <NotAllowed />
  if (query.data != null) {
    return <Editor key={query.data.name} organization={organization} id={id} workflow={query.data} />
  }
  return (
    <>
      <PageHeader title={id} />
      <Panel>
        {query.isPending ? (
          <ListSkeleton rows={6} />
        ) : (
          <ErrorState
            error={query.error}
            title="There is no such workflow"
            action={
              <Button component={Link} to={`${organization.path}/workflows`} variant="default">
                All workflows
              </Button>
            }
          />
        )}
      </Panel>
    </>
  )
}

interface EditorProps {
  readonly organization: CurrentOrganization
  readonly id: string
  readonly workflow: Workflow
}

function Editor({ organization, id, workflow }: EditorProps) {
  // Asked for again it is another object, and still what it began with: a version does not change.
  const [initial] = useState(() => (workflow.spec === undefined ? emptyDraft : draftOf(id, workflow.spec)))
  return (
    <Builder
      organization={organization}
      initial={initial}
      edited={workflow}
      place={`${organization.slug}/${id}`}
    />
  )
}
