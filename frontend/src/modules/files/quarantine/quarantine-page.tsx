import { PageHeader } from '../../../ui/page-header'

/** What the operator sees of the files of all organisations. */
export default function QuarantinePage() {
  return <PageHeader title="Quarantine" subtitle="Files that are not released, as they are now." />
}
