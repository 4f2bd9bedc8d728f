// Reads Kubernetes and Tekton manifests as their API servers do: strictly, into the projects' own types, and by Tekton's own validation.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	pipeline "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	for _, path := range os.Args[1:] {
		if err := checkFile(path); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			os.Exit(1)
		}
	}
}

func checkFile(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		if err := check(document); err != nil {
			return err
		}
	}
	return nil
}

func check(document []byte) error {
	var kind meta.TypeMeta
	if err := yaml.Unmarshal(document, &kind); err != nil {
		return err
	}
	switch kind.APIVersion + " " + kind.Kind {
	case "tekton.dev/v1 Task":
		return checkTask(document)
	case "batch/v1 Job":
		return yaml.UnmarshalStrict(document, new(batch.Job))
	case "v1 ServiceAccount":
		return yaml.UnmarshalStrict(document, new(core.ServiceAccount))
	case "v1 ConfigMap":
		return yaml.UnmarshalStrict(document, new(core.ConfigMap))
	}
	return fmt.Errorf("expected a Task, a Job, a ServiceAccount or a ConfigMap, found %q %q", kind.APIVersion, kind.Kind)
}

func checkTask(document []byte) error {
	task := new(pipeline.Task)
	if err := yaml.UnmarshalStrict(document, task); err != nil {
		return err
	}
	task.SetDefaults(context.Background())
	if err := task.Validate(context.Background()); err != nil {
		return err
	}
	return nil
}
