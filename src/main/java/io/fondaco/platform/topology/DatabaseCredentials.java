package io.fondaco.platform.topology;

/** A database login. The password is never printed. */
record DatabaseCredentials(String username, String password) {
    @Override
    public String toString() {
        return username;
    }
}
