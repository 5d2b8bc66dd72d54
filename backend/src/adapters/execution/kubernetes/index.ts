export {
  createKubernetesContainers,
  type KubernetesOptions,
} from './kubernetes-containers.ts'
