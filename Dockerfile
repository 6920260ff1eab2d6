# One image for both roles; the command chooses: the dashboard (default) or `python -m engine work`.
FROM python:3.12-slim

# Anything here brings the CUDA libraries along, for engines on NVIDIA GPUs.
ARG GPU=""

ENV PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1

WORKDIR /app

COPY requirements.txt requirements.lock requirements-gpu.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes \
    -r requirements.lock ${GPU:+-r requirements-gpu.lock}

COPY .streamlit .streamlit
COPY models models
COPY engine engine
COPY dashboard dashboard
COPY LICENSE README.md ./

# A named volume takes over the owner of the folder that it is mounted on.
RUN useradd --uid 10001 --create-home karyotriage \
    && install --directory --owner=karyotriage --group=karyotriage data
# By its number: some systems refuse to start an image of which they cannot tell that its user is not root.
USER 10001

EXPOSE 8501

# Healthy when the dashboard answers in this container, or when its engine has a heartbeat.
HEALTHCHECK --interval=30s --timeout=15s --start-period=120s --retries=3 \
    CMD ["python", "-m", "engine.operations.health"]

CMD ["streamlit", "run", "dashboard/app.py", "--server.address=0.0.0.0", "--server.port=8501"]
