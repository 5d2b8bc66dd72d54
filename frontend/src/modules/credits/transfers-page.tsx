import { PageHeader } from '../../ui/page-header'

export default function TransfersPage() {
  return <PageHeader title="Transfers" />
}
