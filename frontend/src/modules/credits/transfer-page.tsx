import { PageHeader } from '../../ui/page-header'

export default function TransferPage() {
  return <PageHeader title="Transfer" />
}
