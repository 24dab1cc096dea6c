#!/usr/bin/env bash
# Fetches Nessie's server (Maven Central) for `bench-server` and prints "JAVA JAR". Needs Maven and Java 21 or newer.
set -euo pipefail
version=0.99.0
jar="${MAVEN_REPOSITORY:-$HOME/.m2/repository}/org/projectnessie/nessie/nessie-quarkus/$version/nessie-quarkus-$version-runner.jar"
java=""
for candidate in "${JAVA_HOME:-}/bin/java" /usr/lib/jvm/*/bin/java java; do
  release=$("$candidate" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -1) || continue
  if [ "${release:-0}" -ge 21 ]; then java="$candidate"; break; fi
done
[ -n "$java" ] || { echo "Nessie needs Java 21 or newer: install one, or set JAVA_HOME" >&2; exit 1; }
[ -e "$jar" ] || mvn -q org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get \
  -Dartifact="org.projectnessie.nessie:nessie-quarkus:$version:jar:runner" -Dtransitive=false >&2
echo "$java $jar"
