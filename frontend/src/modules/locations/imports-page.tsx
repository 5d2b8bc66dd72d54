import { Stack } from '@mantine/core'
import { IconFileImport } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useSearchParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Pager } from '../../ui/pager'
import { Panel } from '../../ui/panel'
import { ImportForm } from './import-form'
import { useImports, useSendFile } from './import-queries'
import { ImportView } from './import-view'
import { ImportsTable } from './imports-table'
import { MayOnly } from './may-only'

const pageSize = 25

export default function ImportsPage() {
  return (
    <MayOnly
      permission="locations.record"
      title="Imports"
      text="Submitters and administrators may import fixes."
    >
      <Imports />
    </MayOnly>
  )
}

/** Files of fixes: brings one in, and shows what became of those before. */
function Imports() {
  const organization = useOrganization()
  const [parameters, setParameters] = useSearchParams()
  const shown = parameters.get('import') ?? ''
  const token = parameters.get('page') ?? ''
  const imports = useImports(organization.slug, pageSize, token)
  const { begin, sending, stop } = useSendFile(organization.slug, (id) => setParameters({ import: id }))
  const isSending = sending !== undefined && sending.end === undefined

  useEffect(() => {
    if (!isSending) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [isSending])

  return (
    <>
      <PageHeader
        title="Imports"
        subtitle="Files of fixes: GPX, GeoJSON, CSV and NDJSON, also compressed with gzip."
      />
      <Stack gap="md">
        {shown !== '' && (
          <ImportView
            key={shown}
            organization={organization.slug}
            id={shown}
            sending={sending?.id === shown ? sending : undefined}
            onStop={stop}
            onClose={() => setParameters(token === '' ? {} : { page: token })}
          />
        )}
        <Panel title="Import a file">
          <ImportForm
            organization={organization}
            error={begin.error}
            pending={begin.isPending}
            onSubmit={(choice, begun) => begin.mutate(choice, { onSuccess: begun })}
          />
        </Panel>
        <div>
          <Panel title="Imports before" flush>
            {imports.data === undefined ? (
              imports.isError ? (
                <ErrorState
                  error={imports.error}
                  {...(token !== '' && toApiError(imports.error).code === 'INVALID_ARGUMENT'
                    ? { title: 'There is no such page of imports', text: 'Begin again with the first page.' }
                    : { onRetry: () => imports.refetch() })}
                />
              ) : (
                <ListSkeleton rows={4} height={24} />
              )
            ) : imports.data.fixImports.length === 0 ? (
              <EmptyState
                compact
                icon={IconFileImport}
                title="Nothing has been imported yet"
                text="Rows that cannot be taken are told with their lines, and the others are kept."
              />
            ) : (
              <ImportsTable imports={imports.data.fixImports} />
            )}
          </Panel>
          <Pager
            label="Pages of imports"
            token={token}
            nextToken={imports.data?.nextPageToken ?? ''}
            query={(page) => new URLSearchParams(page === '' ? {} : { page })}
          />
        </div>
      </Stack>
    </>
  )
}
