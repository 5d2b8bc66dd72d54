import { PageHeader } from '../../ui/page-header'

export default function PersonsPage() {
  return <PageHeader title="Persons" />
}
