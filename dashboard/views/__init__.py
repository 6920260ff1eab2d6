"""The pages, one a file. The folder is not called ``pages``: Streamlit would run such a file without ``app.py``."""
