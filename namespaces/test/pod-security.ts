// The profile "restricted", rule by rule. https://kubernetes.io/docs/concepts/security/pod-security-standards/
import { ofKind, type Manifest } from './rendered';

const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
];
const PROFILES = ['RuntimeDefault', 'Localhost'];

/** What the namespace's label refuses about a pod; nothing without the label, as in Kubernetes. */
export function refusals(manifests: readonly Manifest[], spec: Manifest): string[] {
  const level = ofKind(manifests, 'Namespace')[0]?.metadata.labels['pod-security.kubernetes.io/enforce'];
  if (level !== 'restricted') return [];
  const containers: Manifest[] = [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  const pod = spec.securityContext ?? {};
  const found = [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true),
    ...(spec.volumes ?? [])
      .flatMap((volume: Manifest) => Object.keys(volume).filter((key) => key !== 'name'))
      .filter((kind: string) => !VOLUMES.includes(kind)),
    ...(pod.sysctls ?? []).map((one: Manifest) => one.name).filter((name: string) => !SYSCTLS.includes(name)),
    ...containers.flatMap((one) => ofContainer(one, pod)),
    ...(pod.runAsUser === 0 ? ['runAsUser'] : []),
    ...ofBoth(pod),
  ];
  return [...new Set(found)].sort();
}

function ofContainer(container: Manifest, pod: Manifest): string[] {
  const own = container.securityContext ?? {};
  const { add = [], drop = [] } = own.capabilities ?? {};
  const wrong: Record<string, boolean> = {
    privileged: own.privileged === true,
    allowPrivilegeEscalation: own.allowPrivilegeEscalation !== false,
    capabilities: !drop.includes('ALL') || add.some((name: string) => name !== 'NET_BIND_SERVICE'),
    runAsNonRoot: own.runAsNonRoot === undefined ? pod.runAsNonRoot !== true : own.runAsNonRoot !== true,
    runAsUser: own.runAsUser === 0,
    seccompProfile: !PROFILES.includes((own.seccompProfile ?? pod.seccompProfile)?.type),
    procMount: (own.procMount ?? 'Default') !== 'Default',
    hostPort: (container.ports ?? []).some(({ hostPort = 0 }: Manifest) => hostPort !== 0),
  };
  return [...Object.keys(wrong).filter((field) => wrong[field]), ...ofBoth(own)];
}

function ofBoth(context: Manifest): string[] {
  const { type = '', user = '', role = '' } = context.seLinuxOptions ?? {};
  const types = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
  return [
    ...(!types.includes(type) || user !== '' || role !== '' ? ['seLinuxOptions'] : []),
    ...(context.windowsOptions?.hostProcess === true ? ['hostProcess'] : []),
    ...(context.appArmorProfile?.type === 'Unconfined' ? ['appArmorProfile'] : []),
  ];
}
