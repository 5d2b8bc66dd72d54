import { PageHeader } from '../../../ui/page-header'

export default function TransactionPage() {
  return <PageHeader title="Transaction" />
}
