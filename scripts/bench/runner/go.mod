module notation-ts-kms/bench-runner

go 1.25
