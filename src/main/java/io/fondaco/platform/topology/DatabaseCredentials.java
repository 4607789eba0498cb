package io.fondaco.platform.topology;

/** Who connects; never printed. */
record DatabaseCredentials(String username, String password) {
    @Override
    public String toString() {
        return username;
    }
}
