{{/* Name of everything of a release, at most 50 characters, so that a component fits behind it. */}}
{{- define "steno.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What pods are found by; never changes. Takes {root, component}. */}}
{{- define "steno.selectorLabels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Takes {root, component}. */}}
{{- define "steno.labels" -}}
{{ include "steno.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* Takes {root, repository}. */}}
{{- define "steno.image" -}}
{{- printf "%s%s:%s" .root.Values.image.registry .repository (.root.Values.image.tag | default .root.Chart.AppVersion) -}}
{{- end -}}

{{/* The variables of a container. Takes {root, own}: `own` are those of its component. */}}
{{- define "steno.env" -}}
envFrom:
  - secretRef:
      name: {{ .root.Values.secrets.existingSecret }}
env:
  {{- range $name, $value := merge (dict) .own .root.Values.config }}
  {{- if ne (toString $value) "" }}
  - name: {{ $name }}
    value: {{ toString $value | quote }}
  {{- end }}
  {{- end }}
  {{- with .root.Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "steno.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "steno.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "steno.volumeMounts" -}}
- name: home
  mountPath: /var/lib/steno
- name: work
  mountPath: /var/tmp/steno
- name: tmp
  mountPath: /tmp
{{- if .Values.models.existingClaim }}
- name: models
  mountPath: /var/lib/steno/models
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Takes {root, workDirectorySize}. */}}
{{- define "steno.volumes" -}}
- name: home
  emptyDir:
    sizeLimit: 256Mi
- name: work
  emptyDir:
    sizeLimit: {{ .workDirectorySize }}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- with .root.Values.models.existingClaim }}
- name: models
  persistentVolumeClaim:
    claimName: {{ . }}
    readOnly: true
{{- end }}
{{- with .root.Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Spreads the pods of a component over nodes and zones, as far as there are some. Takes {root, component}. */}}
{{- define "steno.spread" -}}
{{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- maxSkew: 1
  topologyKey: {{ $key }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "steno.selectorLabels" $ | nindent 6 }}
{{- end }}
{{- end -}}

{{/* How many jobs of a kind a workspace may have under way, by plan, as JSON: what config.PLAN_JOBS says over Steno's own figures. */}}
{{- define "steno.planJobs" -}}
{{- $jobs := dict "free" 16 "pro" 64 "enterprise" 256 "custom" 256 -}}
{{- range $entry := compact (splitList "," (.Values.config.PLAN_JOBS | default "")) -}}
{{- $parts := splitList "=" (trim $entry) -}}
{{- $_ := set $jobs (index $parts 0) (int (index $parts 1)) -}}
{{- end -}}
{{- toJson $jobs -}}
{{- end -}}
