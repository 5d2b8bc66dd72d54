import { PageHeader } from '../../ui/page-header'

export default function ImportsPage() {
  return <PageHeader title="Imports" />
}
