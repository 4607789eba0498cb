# syntax=docker/dockerfile:1
# The image, from the sources and nothing else: docker build -t fondaco .   What is in it, and why: docs/image.md.
# Base images are named by tag here; the release pins what it has built by digest, and Renovate keeps the tags.

FROM maven:3.9.12-eclipse-temurin-25 AS build
WORKDIR /src
COPY .mvn/ .mvn/
COPY mvnw pom.xml ./
COPY db-migrations/ db-migrations/
COPY src/main/ src/main/
# Formatting is checked by ./mvnw verify; here there are no tests whose format it could be.
RUN --mount=type=cache,target=/root/.m2 \
    ./mvnw -B -Prelease -DskipTests -DskipAotCache -Dspotless.check.skip=true package

# A Java that has what Fondaco and its libraries use, also by reflection (jdk.security.auth, jdk.zipfs), and tools to look at a pod with (jcmd, jfr).
# Its default options are the weakest there are: JAVA_TOOL_OPTIONS overrides each of them.
RUN jlink \
    --add-modules java.desktop,java.logging,java.management,java.naming,java.rmi,java.scripting,java.security.jgss,java.security.sasl,java.sql,java.transaction.xa,java.xml,jdk.jcmd,jdk.jfr,jdk.management,jdk.net,jdk.security.auth,jdk.unsupported,jdk.zipfs \
    --strip-debug --no-man-pages --no-header-files \
    --add-options="-XX:+UseG1GC -XX:MaxRAMPercentage=65 -XX:+ExitOnOutOfMemoryError -Xlog:aot=error,aot+codecache+stubs=error -Dsun.net.inetaddr.ttl=5" \
    --output /opt/java

# The AOT cache is good for jars of these names, sizes and times only: one time for all, which copying keeps.
RUN mkdir /app \
 && cp -r target/quarkus-app/lib target/quarkus-app/app target/quarkus-app/quarkus target/quarkus-app/quarkus-run.jar /app/ \
 && cp target/sbom.json /app/ \
 && find /app /opt/java -exec touch --no-dereference --date=2026-01-01T00:00:00Z {} +

# Trained with a database of its own, which does not run as root. Then tried: with AOTMode=on a cache that does not fit is an error.
RUN useradd --uid 10001 --no-create-home fondaco && install -d -o fondaco /trained
USER fondaco
RUN java src/main/docker/TrainAotCache.java /trained/fondaco.aot /tmp/training /opt/java/bin/java -jar /app/quarkus-run.jar \
 && rm -rf /tmp/training \
 && /opt/java/bin/java -XX:AOTMode=on -XX:AOTCache=/trained/fondaco.aot -cp /app/quarkus-run.jar -version

FROM debian:trixie-slim
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
ENV LANG=C.UTF-8 PATH=/opt/java/bin:/usr/local/bin:/usr/bin:/bin
# No database of its own in a container: without FONDACO_DATABASE_PRIMARY_URL it refuses to start and says so.
ENV FONDACO_DATABASE_EMBEDDED=false
# From what changes rarely to what changes with every build. All of it belongs to root: who runs it cannot change it.
COPY --from=build /opt/java/ /opt/java/
COPY --from=build /app/lib/ /app/lib/
COPY --from=build /app/quarkus-run.jar /app/sbom.json /app/
COPY --from=build /app/quarkus/ /app/quarkus/
COPY --from=build /app/app/ /app/app/
COPY --from=build --chown=0:0 /trained/fondaco.aot /app/
WORKDIR /app
USER 10001:10001
# HTTP; messages between pods; failure detection between pods.
EXPOSE 8080 7800 57800
LABEL org.opencontainers.image.title="Fondaco" \
      org.opencontainers.image.description="A headless commerce backend" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
# No shell between: the JVM is process 1 and gets SIGTERM itself. No HEALTHCHECK: Kubernetes asks /q/health, and does not look at one.
ENTRYPOINT ["/opt/java/bin/java", "-XX:AOTCache=/app/fondaco.aot", "-jar", "/app/quarkus-run.jar"]
