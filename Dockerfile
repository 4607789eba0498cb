# Builds the image from the packaged application: first ./mvnw package, then docker build -t fondaco .
FROM eclipse-temurin:25-jre
RUN useradd --system --uid 10001 --no-create-home fondaco
WORKDIR /app
# Layers from the rarely changed to the often changed.
COPY target/quarkus-app/lib/ lib/
COPY target/quarkus-app/quarkus-run.jar quarkus-run.jar
COPY target/quarkus-app/app/ app/
COPY target/quarkus-app/quarkus/ quarkus/
# No database of its own in a container: without FONDACO_DATABASE_PRIMARY_URL it refuses to start and says so.
ENV FONDACO_DATABASE_EMBEDDED="false" \
    JAVA_OPTS="-XX:MaxRAMPercentage=70 -XX:+ExitOnOutOfMemoryError -Dsun.net.inetaddr.ttl=5"
USER 10001
# HTTP; messages between pods; failure detection between pods.
EXPOSE 8080 7800 57800
ENTRYPOINT ["sh", "-c", "exec java $JAVA_OPTS -jar quarkus-run.jar \"$@\"", "fondaco"]
