import { PageHeader } from '../../ui/page-header'

export default function StatementPage() {
  return <PageHeader title="Statement" />
}
