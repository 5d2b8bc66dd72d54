import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { useOrganization } from '../../../app/organization'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { PageHeader } from '../../../ui/page-header'
import { Panel } from '../../../ui/panel'
import { useWorkflow } from '../list/workflow-queries'
import { Builder } from './builder'
import { NotAllowed } from './not-allowed'
import { draftOf, emptyDraft } from './workflow-draft'

export default function NewWorkflowPage() {
  const organization = useOrganization()
  const [parameters] = useSearchParams()
  const from = parameters.get('from') ?? ''
  const [, id = '', version] = /^([a-z][a-z0-9-]{0,62})@([1-9]\d{0,8})$/.exec(from) ?? []
  const copied = useWorkflow(organization.slug, id, version === undefined ? undefined : Number(version))
  const spec = copied.data?.spec
  const initial = useMemo(
    () => (spec === undefined ? emptyDraft : { ...draftOf(`${id}-copy`, spec), id: `${id}-copy` }),
    [id, spec],
  )
  if (organization.membership !== undefined && !organization.may('workflows.write')) return <NotAllowed />
  if (id !== '' && spec === undefined) {
    return (
      <>
        <PageHeader title="New workflow" />
        <Panel>
          {copied.isPending ? (
            <ListSkeleton rows={6} />
          ) : (
            <ErrorState error={copied.error} title={`${from} cannot be copied`} />
          )}
        </Panel>
      </>
    )
  }
  const place = `${organization.slug}/new${id === '' ? '' : `/${from}`}`
  return (
    <Builder key={place} organization={organization} initial={initial} edited={undefined} place={place} />
  )
}
